from __future__ import annotations

import unittest
from typing import Any

try:
    from rocas.entrypoint.widget_models import MAX_MODELS, STATE, WidgetModels
except ImportError:
    raise unittest.SkipTest("nbformat is not installed: the image's own run of these tests has it") from None


def message(model: str, state: dict[str, Any], kind: str = "comm_open", **more: Any) -> dict[str, Any]:
    return {"msg_type": kind, "content": {"comm_id": model, "data": {"state": state, **more}}}


def bar(value: float) -> dict[str, Any]:
    return {"_model_name": "FloatProgressModel", "min": 0, "max": 4, "value": value}


class WidgetModelsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.models = WidgetModels()
        self.models.take(message("bar", bar(0)))
        self.models.take(message("text", {"_model_name": "HTMLModel", "value": "<b>1 &lt; 2</b>"}))
        self.models.take(message("box", {"_model_name": "HBoxModel", "children": ["IPY_MODEL_text", "IPY_MODEL_bar"]}))

    def test_a_box_is_the_line_of_its_parts(self) -> None:
        self.assertEqual(self.models.show("box"), "1 < 2 |          |")

    def test_what_is_shown_is_told_when_it_changes(self) -> None:
        self.assertEqual(self.models.take(message("bar", bar(1))), {})
        self.models.show("box")

        self.assertEqual(self.models.take(message("bar", bar(1), "comm_msg")), {})
        self.assertEqual(self.models.take(message("bar", {"value": 2}, "comm_msg")), {"box": "1 < 2 |█████     |"})

    def test_what_is_closed_is_forgotten(self) -> None:
        self.models.show("box")
        self.models.take({"msg_type": "comm_close", "content": {"comm_id": "box"}})

        self.assertEqual(self.models.take(message("bar", bar(4), "comm_msg")), {})
        self.assertEqual(sorted(self.models.as_metadata()[STATE]["state"]), ["bar", "text"])

    def test_what_has_no_line_has_none(self) -> None:
        self.models.take(message("slider", {"_model_name": "IntSliderModel", "value": 3}))
        self.models.take(message("odd", {"_model_name": "FloatProgressModel", "value": "1", "max": None}))
        self.models.take(message("itself", {"_model_name": "VBoxModel", "children": ["IPY_MODEL_itself", 3, None]}))

        self.assertEqual([self.models.show(each) for each in ("slider", "odd", "itself", "unknown")], [""] * 4)

    def test_the_state_of_a_message_without_one_is_none(self) -> None:
        for data in ({}, {"state": None}, {"method": "custom"}):
            self.assertEqual(self.models.take({"msg_type": "comm_msg", "content": {"comm_id": "x", "data": data}}), {})

    def test_what_is_in_use_stays_however_many_come(self) -> None:
        self.models.show("box")
        for number in range(MAX_MODELS):
            self.models.take(message(f"layout {number}", {"_model_name": "LayoutModel"}))

        self.assertIn("box", self.models.take(message("bar", bar(4), "comm_msg")))
        self.assertEqual(len(self.models.as_metadata()[STATE]["state"]), MAX_MODELS)

    def test_a_large_one_is_left_out_of_the_notebook_alone(self) -> None:
        picture = message("picture", {"_model_name": "ImageModel"}, buffer_paths=[["value"]])
        self.models.take({**picture, "buffers": [b"x" * 1_000_000]})
        small = message("small", {"_model_name": "ImageModel"}, buffer_paths=[["value"]])
        self.models.take({**small, "buffers": [b"x" * 10]})

        kept = self.models.as_metadata()[STATE]["state"]

        self.assertNotIn("picture", kept)
        self.assertEqual(kept["small"]["buffers"], [{"data": "eHh4eHh4eHh4eA==", "encoding": "base64", "path": ["value"]}])
