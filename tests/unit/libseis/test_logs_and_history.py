"""MsPASSError, ErrorLogger, LogData, ProcessingHistory: what is recorded and how it combines."""

from __future__ import annotations

import copy
import itertools
import os
import pickle
from typing import Any

import pytest

from libseis import TimeReferenceType, TimeSeries
from libseis.mspass.history_graph import history_dot, history_edges
from libseis.mspass.utility import (
    AtomicType,
    ErrorLogger,
    ErrorSeverity,
    LogData,
    MsPASSError,
    NodeData,
    ProcessingHistory,
    ProcessingStatus,
    algorithm_history,
    algorithm_outputs,
    error_says_data_bad,
    error_severity,
    error_severity_string,
)

TS = AtomicType.TIMESERIES


class TestEnumsAndErrors:
    def test_numbers(self) -> None:
        assert [int(s) for s in ErrorSeverity] == list(range(6))
        assert ErrorSeverity(3) is ErrorSeverity.Complaint
        assert str(ErrorSeverity.Invalid) == "ErrorSeverity.Invalid"
        assert int(TimeReferenceType.Relative) == 1
        assert pickle.loads(pickle.dumps(ErrorSeverity.Debug)) is ErrorSeverity.Debug
        with pytest.raises(TypeError):
            ErrorSeverity.Fatal < ErrorSeverity.Debug  # type: ignore[operator]  # noqa: B015

    @pytest.mark.parametrize(
        ("args", "severity"),
        [(("m", ErrorSeverity.Suspect), "Suspect"), (("m", "Complaint"), "Complaint"), (("m", "nonsense"), "Fatal"),
         (("m",), "Fatal"), (("m", 3), "Fatal"), (("alg", "m", ErrorSeverity.Suspect), "Fatal")],
    )  # fmt: skip
    def test_severities(self, args: tuple[Any, ...], severity: str) -> None:
        error = MsPASSError(*args)
        assert error.severity.name == severity
        assert error.message == str(error) == args[0]
        assert pickle.loads(pickle.dumps(error)).severity is error.severity
        assert error_severity(error) is error.severity
        assert error_severity_string(error) == severity
        assert error_says_data_bad(error) == (severity in ("Fatal", "Invalid"))


class TestErrorLogger:
    def test_logging(self) -> None:
        log = ErrorLogger(7)
        assert log.log_error("alg", "bad", ErrorSeverity.Suspect) == 1
        assert log.log_error(MsPASSError("worse", ErrorSeverity.Invalid)) is None  # type: ignore[func-returns-value]
        assert log.log_verbose("alg", "fine") == 3
        assert [e.message for e in log.worst_errors()] == ["worse"]
        assert log[1].algorithm == "MsPASSError"
        assert (log[0].job_id, log[0].p_id) == (7, os.getpid())
        assert [e.message for e in log] == ["bad", "worse", "fine"]
        log += log
        assert len(log) == 3
        other = ErrorLogger(log)
        other.clear()
        assert (log.size(), other.size(), other.get_job_id()) == (3, 0, 7)
        assert other.worst_errors() == []

    def test_bad_calls(self) -> None:
        log = ErrorLogger()
        for args in (("a", "m"), ("a", "m", 3), ("a", "m", "Invalid"), (1, "m", ErrorSeverity.Debug)):
            with pytest.raises(TypeError):
                log.log_error(*args)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="'int' is given"):
            log.log_error(3)  # type: ignore[call-overload]
        with pytest.raises(TypeError):
            log[-1]
        with pytest.raises(IndexError):
            log[0]
        assert len(log) == 0

    def test_log_data(self) -> None:
        entry = LogData(1, "a", "it's", ErrorSeverity.Invalid)
        text = str(entry)
        assert text == (
            f"{{'job_id': 1, 'p_id': {os.getpid()}, 'algorithm': 'a', "
            "'message': \"it's\", 'badness': ErrorSeverity.Invalid}"
        )
        assert str(LogData(eval(text))) == text
        assert str(pickle.loads(pickle.dumps(entry))) == text
        assert LogData(1, "a", MsPASSError("m", "Debug")).badness is ErrorSeverity.Debug
        with pytest.raises(TypeError, match="'int' is given"):
            LogData(1, "a", 123)  # type: ignore[call-overload]
        with pytest.raises(TypeError):
            entry.badness = 3  # type: ignore[assignment]


def origin(name: str) -> ProcessingHistory:
    ph = ProcessingHistory("job", "1")
    ph.set_as_origin("reader", "r1", name, TS)
    return ph


class TestHistory:
    def test_empty(self) -> None:
        ph = ProcessingHistory()
        assert ph.is_empty()
        assert (ph.id(), ph.stage(), ph.jobname(), ph.jobid()) == ("UNDEFINED", -1, "", "")
        assert ph.new_map("f", "1", TS) == "UNDEFINED"
        assert ph.is_empty()
        assert ph.elog[0].badness is ErrorSeverity.Complaint

    def test_a_chain(self) -> None:
        ph = origin("o")
        assert ph.is_origin()
        assert not ph.is_raw()
        first = ph.new_map("f", "1", TS)
        assert ph.id() == first
        assert ph.is_volatile()
        assert ph.map_as_saved("w", "2", TS) == "NODEDATA_AT_SAVE"
        assert ph.is_saved()
        assert (ph.stage(), ph.number_of_stages(), ph.created_by()) == (2, 2, ("w", "2"))
        assert [n.uuid for n in ph.inputs(first)] == ["o"]
        assert ph.number_inputs() == 1
        assert algorithm_history(ph) == [(0, "reader", "r1"), (1, "f", "1")]
        assert algorithm_outputs(ph, "f", "1") == [first]
        ph.clear_history()
        assert ph.is_empty()
        assert (ph.stage(), ph.id()) == (0, "NODEDATA_AT_SAVE")

    def test_a_new_origin_drops_the_past_loudly(self) -> None:
        ph = origin("o")
        ph.new_map("f", "1", TS)
        ph.set_as_raw("reader", "r2", "o2", TS)
        assert ph.is_raw()
        assert ph.get_nodes() == {}
        assert ph.elog[0].badness is ErrorSeverity.Complaint

    def test_many_to_one(self) -> None:
        parents = [origin(name) for name in "abc"]
        parents[1].new_map("f", "1", TS)
        shared = ProcessingHistory(parents[1])
        out = ProcessingHistory()
        uuid = out.new_ensemble_process("stack", "s", TS, [*parents, shared, ProcessingHistory()])
        assert out.number_inputs(uuid) == 3
        assert out.stage() == 2
        assert out.elog.size() == 1
        out.add_one_input(origin("d"))
        out.add_many_inputs([origin("e"), ProcessingHistory()])
        assert {n.uuid for n in out.inputs(uuid)} >= {"a", "c", "d", "e"}

    def test_reduction_in_any_order_is_one_graph(self) -> None:
        shapes = set()
        for order in itertools.permutations("abcd"):
            for grouping in (0, 1):
                data = [origin(name) for name in order]
                if grouping:
                    for left, right in ((0, 1), (2, 3), (0, 2)):
                        data[left].accumulate("stack", "s", TS, data[right])
                else:
                    for other in data[1:]:
                        data[0].accumulate("stack", "s", TS, other)
                result = data[0]
                assert result.created_by() == ("stack", "s")
                shapes.add(
                    (result.stage(), frozenset(n.uuid for n in result.inputs(result.id())), len(result.get_nodes()))
                )
        assert shapes == {(1, frozenset("abcd"), 1)}

    def test_cloned_history(self) -> None:
        source, target = origin("o"), ProcessingHistory()
        source.new_map("f", "1", TS)
        target.new_map("g", "2", TS, source, ProcessingStatus.SAVED)
        assert (target.stage(), target.is_saved()) == (2, True)
        assert source.stage() == 1

    def test_copies(self) -> None:
        ph = origin("o")
        ph.new_map("f", "1", TS)
        d = TimeSeries(3)
        d.load_history(ph)
        for twin in (copy.deepcopy(ph), pickle.loads(pickle.dumps(ph)), ProcessingHistory(d)):
            assert type(twin) is ProcessingHistory
            assert twin.get_nodes() == ph.get_nodes()
            assert (twin.id(), twin.jobname()) == (ph.id(), "job")
            twin.new_map("g", "1", TS)
            assert ph.stage() == 1

    def test_bad_calls(self) -> None:
        ph = origin("o")
        for call in (
            lambda: ph.new_map("f", "1", 1),
            lambda: ph.new_map("f", 1, TS),
            lambda: ph.new_map("f", "1", TS, 3),
            lambda: ph.add_one_input(3),
            lambda: ph.set_as_origin("f", "1", 5, TS),
            lambda: ProcessingHistory(5),
            lambda: ProcessingHistory.stage(None),
            lambda: ph.load_history(3) if hasattr(ph, "load_history") else TimeSeries().load_history(3),
        ):
            with pytest.raises(TypeError):
                call()  # type: ignore[no-untyped-call]
        assert ph.stage() == 0

    def test_nodes(self) -> None:
        node = origin("o").current_nodedata()
        assert pickle.loads(pickle.dumps(node)) == node == NodeData(node)
        assert str(node) == ("{'status': ProcessingStatus.ORIGIN, 'uuid': 'o', 'algorithm': 'reader', 'algid': 'r1', "
                             "'stage': 0, 'type': AtomicType.TIMESERIES}")  # fmt: skip

    def test_the_graph_can_be_drawn(self) -> None:
        ph = origin('say "o"')
        uuid = ph.new_map("f", "1", TS)
        assert history_edges(ph) == [('say "o"', uuid)]
        dot = history_dot(ph)
        assert dot.startswith("digraph history {")
        assert f'"say \\"o\\"" -> "{uuid}";' in dot
        assert history_dot(ProcessingHistory()).count("->") == 0
