"""Writes tensorboard.tfevents, the bytes that TensorBoard's own writer makes of the events in tensorboard.json, where its version stands.

Run: python makeTensorboard.py (needs tensorboard). `python makeTensorboard.py check FILE ...` prints what TensorBoard's reader finds in event
files that Softprompt wrote: a line for each tag with its number of values, the first and the last step, wall time and value.
"""
import json
import sys
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, SCALARS
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

here = Path(__file__).parent
BEGAN = 1795258861.0
# A step of several values, a step beyond 32 bits, values that float32 rounds, one of nothing, a tag outside ASCII.
EVENTS = [
    {"wallTime": BEGAN + 0.125, "step": 1, "values": [["train/loss", 2.5], ["train/learning_rate", 0.1]]},
    {"wallTime": BEGAN + 0.25, "step": 2, "values": [["train/loss", 0.0]]},
    {"wallTime": BEGAN + 61.5, "step": 300, "values": [["dev/accuracy", 2 / 3], ["dev_no_prompt/accuracy", -1e-9]]},
    {"wallTime": BEGAN + 62, "step": 2**33 + 1, "values": [["Größe/損失", 1e30]]},
]


def write():
    file = BytesIO()
    writer = RecordWriter(file)
    writer.write(Event(wall_time=BEGAN, file_version="brain.Event:2").SerializeToString())
    for event in EVENTS:
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in event["values"]]
        summary = Summary(value=values)
        writer.write(Event(wall_time=event["wallTime"], step=event["step"], summary=summary).SerializeToString())
    (here / "tensorboard.tfevents").write_bytes(file.getvalue())
    golden = {"versions": {"tensorboard": version("tensorboard")}, "began": BEGAN, "events": EVENTS}
    (here / "tensorboard.json").write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n")


def check(file):
    found = EventAccumulator(file, size_guidance={SCALARS: 0})
    found.Reload()
    for tag in found.Tags()["scalars"]:
        events = found.Scalars(tag)
        ends = [f"{e.step} {e.wall_time:.3f} {e.value:.6g}" for e in (events[0], events[-1])]
        print(tag, len(events), *ends, sep="\t")


if sys.argv[1:2] == ["check"]:
    for path in sys.argv[2:]:
        check(path)
else:
    write()
