"""The interface of notebooks: paths of files, publishing of versions, serving."""

from .metadata import load_metadata, load_params
from .mounts import NotMounted
from .paths import data_path, model_path, pretrained_path
from .publisher import PublishedVersion, Publisher, PublishError
from .serving.lazy_model_server import LazyModelServer
from .serving.online_predict import OnlinePredict
from .serving.request_body import BadInput

__all__ = [
    "BadInput",
    "LazyModelServer",
    "NotMounted",
    "OnlinePredict",
    "PublishError",
    "PublishedVersion",
    "Publisher",
    "data_path",
    "load_metadata",
    "load_params",
    "model_path",
    "pretrained_path",
]
