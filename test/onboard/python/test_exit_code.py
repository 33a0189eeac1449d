from rocas.entrypoint.exit_code import FAILED, keep_exit_code, recall_exit_code
from rooted import RootedTest


class ExitCode(RootedTest):
    def test_is_none_before_the_first_end(self) -> None:
        self.assertIsNone(recall_exit_code(self.places))

    def test_stays_what_it_was_first(self) -> None:
        self.assertEqual(keep_exit_code(143, self.places), 143)
        self.assertEqual(keep_exit_code(0, self.places), 143)
        self.assertEqual(recall_exit_code(self.places), 143)

    def test_that_cannot_be_read_is_a_failure_and_no_second_run(self) -> None:
        self.places.exit_code.write_text("")
        self.assertEqual(recall_exit_code(self.places), FAILED)
