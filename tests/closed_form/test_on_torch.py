"""Closed forms on PyTorch tensors: dtypes, device, derivatives."""

import numpy as np
import pytest

pytestmark = pytest.mark.peers("torch")
torch = pytest.importorskip("torch")

from derivations.deep_linear import (  # noqa: E402
    depth_mode_strength,
    infinite_depth_mode_strength,
    mode_strength,
    unbalanced_mode,
)
from theory import DomainError  # noqa: E402


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("float64", "float64"),
        ("float32", "float32"),
        ("bfloat16", "bfloat16"),
        ("float16", "float16"),
        ("int64", "float64"),
    ],
)
def test_dtypes(given, expected):
    found = mode_strength(torch.arange(3, dtype=getattr(torch, given)), 1.0, 0.1, 1.0)
    assert found.dtype == getattr(torch, expected) and found.device.type == "cpu"


def test_single_precision_is_rounded_once():
    t = torch.linspace(0, 20, 50)
    np.testing.assert_array_equal(mode_strength(t, 1.0, 0.1, 1.0), mode_strength(t.numpy(), 1.0, 0.1, 1.0))


def test_a_number_in_a_tensor_does_not_widen_the_others():
    assert (
        mode_strength(torch.ones(2), torch.tensor(1.0, dtype=torch.float64), 0.1, 1.0).dtype == torch.float32
    )
    assert mode_strength(torch.ones(2), np.ones(2), 0.1, 1.0).dtype == torch.float64


def test_values_are_those_of_numpy():
    t = np.linspace(0, 20, 50)
    for form, arguments in (
        (mode_strength, (t, 1.0, np.array([[0.25], [2.0]]), 1.0)),
        (unbalanced_mode, (t, 1.0, np.array([[0.25], [-0.5]]), -0.25, 1.0)),
        (depth_mode_strength, (t, 1.0, 0.25, 1.0, np.array([[1], [2], [3], [7]]))),
        (infinite_depth_mode_strength, (t, 1.0, np.array([[0.25], [2.0]]))),
    ):
        ours = form(*(torch.as_tensor(v) if np.ndim(v) else v for v in arguments))
        for x, y in zip(np.atleast_3d(ours), np.atleast_3d(form(*arguments)), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-13)


def test_derivatives_are_those_of_a_difference():
    for form, at in (
        (mode_strength, (1.5, 1.25, 0.1, 2.0)),
        (depth_mode_strength, (0.5, 1.25, 0.25, 2.0, 3)),
        (depth_mode_strength, (3.0, 1.25, 0.25, 2.0, 3)),
    ):
        values = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in at[:4]]
        form(*values, *at[4:]).backward()
        for k, v in enumerate(values):
            step = 1e-5 * at[k]
            up, down = ([*at[:k], at[k] + sign * step, *at[k + 1 :]] for sign in (1, -1))
            assert v.grad.item() == pytest.approx((form(*up) - form(*down)) / (2 * step), rel=1e-7)


def test_derivatives_of_a_tensor_do_not_meet_other_branches():
    u0 = torch.tensor(0.25, dtype=torch.float64, requires_grad=True)
    depth_mode_strength(0.75, 1.0, u0, 1.0, torch.tensor([1, 2, 3, 5])).sum().backward()
    assert torch.isfinite(u0.grad)
    a0 = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    sum(x.sum() for x in unbalanced_mode(1.0, 1.0, a0, torch.tensor([-0.5, 0.25, 0.75]), 1.0)).backward()
    assert torch.isfinite(a0.grad)


def test_derivatives_across_a_line_that_has_a_form_of_its_own():
    a0, b0 = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (0.5, -0.5))
    unbalanced_mode(1.0, 1.0, a0, b0, 1.0)[2].backward()
    up, down = (unbalanced_mode(1.0, 1.0, 0.5, -0.5 + step, 1.0)[2] for step in (1e-6, -1e-6))
    assert b0.grad.item() == pytest.approx((up - down) / 2e-6, rel=1e-6)


def test_bad_arguments():
    with pytest.raises(DomainError, match="mode_strength: s = -1.0"):
        mode_strength(torch.ones(3), torch.tensor([1.0, -1.0, 2.0]), 0.1, 1.0)
    with pytest.raises(DomainError, match="mode_strength: s = nan"):
        mode_strength(torch.ones(3), torch.tensor([1.0, torch.nan, 2.0]), 0.1, 1.0)
    with pytest.raises(DomainError, match="it must be real"):
        mode_strength(torch.ones(3), torch.tensor([True]), 0.1, 1.0)
    with pytest.raises(DomainError, match="needs u0 < s"):
        depth_mode_strength(1.0, 1.0, torch.tensor([0.1, 1.5]), 1.0, 3)
    with pytest.raises(DomainError, match="L = 2.5"):
        depth_mode_strength(torch.tensor(1.0), 1.0, 0.1, 1.0, 2.5)
    assert mode_strength(torch.zeros(0, 3), 1.0, 0.1, 1.0).shape == (0, 3)


@pytest.mark.parametrize("dtype", ["float32", torch.float32, np.float32], ids=str)
def test_compile_has_a_dtype_and_a_device(dtype):
    form = mode_strength.compile("torch", dtype=dtype, device="cpu")
    assert form([0.0, 1.0], 1.0, 0.1, 1.0).dtype == torch.float32
    assert mode_strength.compile("torch")(1.0, 1.0, 0.1, 1.0).dtype == torch.float64
