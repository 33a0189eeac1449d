import unittest

from rocas.entrypoint.screen import Screen


class Lines(unittest.TestCase):
    def setUp(self) -> None:
        self.shown: list[str] = []
        self.screen = Screen(self.shown.append)

    def assertShown(self, text: str) -> None:
        self.screen.finish()
        self.assertEqual("".join(self.shown), text)

    def test_shows_whole_lines_at_once(self) -> None:
        self.screen.write("stdout", "one\ntwo\nthr")
        self.assertEqual("".join(self.shown), "one\ntwo\n")
        self.screen.write("stdout", "ee\r\n")
        self.assertShown("one\ntwo\nthree\n")

    def test_shows_the_last_state_of_a_progress_bar(self) -> None:
        for done in range(400):
            self.screen.write("stderr", f"\r{done:3} of 400")
        self.screen.write("stderr", "\n")
        self.assertShown("399 of 400\n")

    def test_shows_a_progress_bar_as_it_is_at_each_tick(self) -> None:
        for done in range(0, 400, 100):
            self.screen.write("stderr", f"\r{done} of 400")
            self.screen.tick()
        self.assertShown("0 of 400\n100 of 400\n200 of 400\n300 of 400\n")

    def test_writes_over_with_backspaces_and_erases_as_a_terminal_does(self) -> None:
        self.screen.write("stdout", "1/2 [=>.]" + "\b" * 9 + "2/2 [==]\x1b[K\n")
        self.screen.write("stdout", "bar 50%\r       \rdone\n\r\x1b[2K   3%\r\x1b[2K   99%\n")
        self.assertShown("2/2 [==]\ndone\n   99%\n")

    def test_shows_the_last_states_of_nested_progress_bars(self) -> None:
        for epoch in range(3):
            self.screen.write("stderr", f"\repoch {epoch}")
            for batch in range(50):
                for piece in ("\n", f"\rbatch {batch}", "\x1b[A"):
                    self.screen.write("stderr", piece)
        self.assertShown("epoch 0\nbatch 0\nbatch 49\nepoch 2\n")

    def test_lets_a_line_grow(self) -> None:
        for _ in range(3):
            self.screen.write("stdout", ".")
            self.screen.tick()
        self.assertShown("...\n")

    def test_keeps_the_lines_of_two_streams_apart(self) -> None:
        self.screen.write("stderr", "\r50%")
        self.screen.tick()
        self.screen.write("stdout", "loss 0.2\n")
        self.screen.write("stderr", "\r100%\n")
        self.assertShown("50%\nloss 0.2\n100%\n")

    def test_passes_a_line_without_an_end_on(self) -> None:
        self.screen.write("stdout", "x" * 100_000)
        self.assertGreater(sum(map(len, self.shown)), 80_000)
        self.assertShown("x" * 100_000 + "\n")

    def test_shows_a_cleared_output_as_it_is_at_last(self) -> None:
        for epoch in range(400):
            self.screen.clear()
            self.screen.write("stdout", f"epoch {epoch}\nloss 0.1\n")
        self.assertShown("epoch 399\nloss 0.1\n")

    def test_shows_an_updated_display_as_it_is_at_last(self) -> None:
        self.screen.show("0")
        for done in range(1, 400):
            self.screen.update("display-1", str(done))
        self.assertShown("0\n399\n")
