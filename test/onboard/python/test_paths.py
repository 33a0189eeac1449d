from pathlib import Path

from rocas.metadata import write_metadata
from rocas.mounts import NotMounted
from rocas.paths import data_path, model_path, pretrained_path
from rooted import RootedTest, record


class DataPath(RootedTest):
    def test_finds_the_file_among_all_datasets(self) -> None:
        self.mount("train", [record("d1", "iris", "old", "a.csv"), record("d2", "iris", "new", "b.csv")])
        self.assertEqual(data_path("b.csv", places=self.places), str(self.places.datasets / "d2/b.csv"))

    def test_takes_a_path_as_it_takes_a_text(self) -> None:
        self.mount("train", [record("d1", "iris", "old", "images/a.png")])
        for file in (Path("images/a.png"), Path("images") / "a.png"):
            self.assertEqual(data_path(file, places=self.places), str(self.places.datasets / "d1/images/a.png"))
        self.assertTrue(model_path(Path("a/b.bin"), places=self.places).endswith("/a/b.bin"))

    def test_names_the_choices_where_several_have_the_file(self) -> None:
        self.mount("train", [record("d1", "iris", "old", "a.csv"), record("d2", "iris", "new", "a.csv")])
        with self.assertRaisesRegex(NotMounted, "iris/old, iris/new"):
            data_path("a.csv", places=self.places)
        self.assertEqual(data_path("a.csv", dataset="new", places=self.places), str(self.places.datasets / "d2/a.csv"))

    def test_names_what_there_is_where_none_has_it(self) -> None:
        self.mount("train", [record("d1", "iris", "old", "a.csv")])
        with self.assertRaisesRegex(NotMounted, "iris/old has a.csv"):
            data_path("b.csv", places=self.places)

    def test_is_the_folder_of_the_only_dataset_without_a_file(self) -> None:
        self.mount("train", [record("d1", "iris", "old", "a.csv")])
        self.assertEqual(data_path(places=self.places), str(self.places.datasets / "d1"))


class ModelPath(RootedTest):
    def test_is_a_place_to_write_in_a_training(self) -> None:
        self.mount("train")
        write_metadata({"models": [{"name": "iris"}]}, self.places)
        path = model_path("clf.pkl", places=self.places)
        self.assertEqual(path, model_path("clf.pkl", model="iris", places=self.places))
        with open(path, "w") as file:
            file.write("a model")

    def test_never_leaves_the_folder(self) -> None:
        self.mount("train")
        for hostile in ("../x", "a/../../x", "..", "/etc/passwd", "a//b", "./a", "a\0b"):
            with self.assertRaises(ValueError):
                model_path(hostile, places=self.places)
        self.assertTrue(model_path("x", model="a/../..", places=self.places).startswith(str(self.places.to_publish)))

    def test_makes_the_folders_of_a_file_to_write(self) -> None:
        self.mount("train")
        with open(model_path("variables/variables.index", places=self.places), "w") as file:
            file.write("a model")

    def test_is_a_folder_of_files_too(self) -> None:
        self.mount("deploy", versions=[record("v1", "iris", "fox", "saved/variables/a.index", role="mover")])
        for name in ("saved", "saved/", "saved/variables", "saved/variables/a.index"):
            wanted = self.places.versions / "v1" / name
            self.assertEqual(model_path(name, places=self.places), str(wanted))
        with self.assertRaisesRegex(NotMounted, "saved/variables/a.index"):
            model_path("save", places=self.places)

    def test_is_a_place_to_read_in_a_deployment(self) -> None:
        self.mount("deploy", versions=[record("v1", "iris", "fox", "clf.pkl", role="mover")])
        self.assertEqual(model_path("clf.pkl", places=self.places), str(self.places.versions / "v1/clf.pkl"))

    def test_reads_a_version_by_the_alias_by_which_it_was_asked_for(self) -> None:
        production = {**record("v1", "iris", "fox", "a", role="mover"), "alias": "production"}
        self.mount("deploy", versions=[production, record("v2", "iris", "owl", "a", role="mover")])
        self.assertEqual(model_path("a", version="production", places=self.places), str(self.places.versions / "v1/a"))

    def test_reads_a_pretrained_version_by_its_name(self) -> None:
        versions = [record("v1", "iris", "fox", "a", role="pretrained"), record("v2", "iris", "owl", "a", role="pretrained")]
        self.mount("train", versions=versions)
        self.assertEqual(model_path("a", version="owl", places=self.places), str(self.places.versions / "v2/a"))
        with self.assertRaisesRegex(NotMounted, "iris/fox, iris/owl"):
            pretrained_path("a", places=self.places)
