from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stdout
from typing import Any

from rocas.paths import model_path
from rocas.publisher import Publisher, PublishError
from listener import Listener, refusal
from rooted import RootedTest, record


def granted(path: str, state: str = "READY") -> Any:
    if path == "/publish":
        uploads = [{"name": "clf.pkl", "url": "/uploads/t1/clf.pkl"}]
        return 200, {"id": "v1", "model": "iris", "name": "fox", "state": "PENDING", "uploads": uploads}
    return 200, {"state": state}


class Publishing(RootedTest):
    def setUp(self) -> None:
        super().setUp()
        self.mount("train", [record("d1", "iris", "first", "a.csv")])
        with open(model_path("clf.pkl", places=self.places), "w") as file:
            file.write("a model")

    def publish(self, listener: Listener, **how: Any) -> Any:
        return Publisher(places=self.places, api=listener.api)(**how)

    def test_uploads_each_file_and_names_the_version(self) -> None:
        with Listener(lambda _, path, __: granted(path)) as listener:
            version = self.publish(listener, details={"accuracy": 1.0}, ds="first")
        self.assertEqual((version.model, version.name), ("iris", "fox"))
        wish = json.loads(listener.asked[0][2])
        self.assertEqual((wish["ds"], wish["files"][0]["size"]), ({"model": "iris", "name": "first"}, 7))
        self.assertNotIn("pretrained", wish)
        self.assertEqual(listener.asked[1], ("PUT", "/uploads/t1/clf.pkl", b"a model"))

    def test_shows_why_rocas_refuses(self) -> None:
        with Listener(lambda *_: (400, refusal("CONTRACT_NOT_MET", "clf.pkl is missing."))) as listener:
            with self.assertRaisesRegex(PublishError, "clf.pkl is missing"):
                self.publish(listener)

    def test_gets_fresh_tickets_for_the_same_version_where_they_expired(self) -> None:
        expired = iter([True, False])

        def answer(_: str, path: str, __: bytes) -> Any:
            if path != "/publish" and next(expired):
                return 403, refusal("FORBIDDEN", "expired")
            return granted(path)

        with Listener(answer) as listener:
            self.publish(listener)
        wishes = [json.loads(body) for _, path, body in listener.asked if path == "/publish"]
        self.assertEqual([wish.get("name") for wish in wishes], [None, "fox"])

    def test_says_what_to_write_where_no_dataset_is_chosen(self) -> None:
        self.mount("train", [record("d1", "flora", "first", "a.csv")])
        with Listener(lambda _, path, __: granted(path)) as listener, redirect_stdout(io.StringIO()) as log:
            self.publish(listener)
            self.publish(listener, ds=("flora", "first"))
        self.assertEqual(log.getvalue().count("Publisher:"), 1)
        self.assertIn('write ds=("flora", "first")', log.getvalue())
        self.assertEqual(json.loads(listener.asked[2][2])["ds"], {"model": "flora", "name": "first"})

    def test_says_that_there_is_no_dataset_though_one_is_mounted(self) -> None:
        self.mount("train", [record("d1", "flora", "first", "a.csv")])
        with Listener(lambda _, path, __: granted(path)) as listener, redirect_stdout(io.StringIO()) as log:
            self.publish(listener, ds=None, pretrained=None)
            self.publish(listener)
        wishes = [json.loads(body) for _, path, body in listener.asked if path == "/publish"]
        self.assertEqual([(wish.get("ds", "chosen"), "pretrained" in wish) for wish in wishes], [(None, True), ("chosen", False)])
        self.assertEqual(log.getvalue().count("else ds=None."), 1)

    def test_says_what_a_reference_is(self) -> None:
        with Listener(lambda _, path, __: granted(path)) as listener:
            for wrong in (("iris", "first", "more"), {"model": "iris"}, 3, [None, "first"]):
                with self.assertRaisesRegex(PublishError, r"ds is .*: a name, \(model, name\) or None is expected"):
                    self.publish(listener, ds=wrong)
            self.publish(listener, ds=["iris", "first"])
        self.assertEqual(json.loads(listener.asked[0][2])["ds"], {"model": "iris", "name": "first"})

    def test_takes_numbers_of_other_libraries_and_no_values_without_a_form_in_json(self) -> None:
        class Number:
            def item(self) -> float:
                return 0.5

        with Listener(lambda _, path, __: granted(path)) as listener:
            self.publish(listener, details={"loss": Number()})
            for wrong in (float("nan"), object()):
                with self.assertRaises(PublishError):
                    self.publish(listener, details={"loss": wrong})
        self.assertEqual(json.loads(listener.asked[0][2])["details"], {"loss": 0.5})

    def test_says_what_to_do_where_nothing_was_written(self) -> None:
        os.remove(model_path("clf.pkl", places=self.places))
        with Listener(lambda *_: granted("")) as listener, self.assertRaisesRegex(PublishError, "model_path"):
            self.publish(listener)
