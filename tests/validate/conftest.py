"""What the tests of trials share."""

import pytest

from theory import validate


@pytest.fixture
def judged(request):
    """The trial of a kernel ``f``, by default as the NTK of the test module's ``NETWORK``."""

    def trial(f, network=None, kind="ntk", **options):
        reference = request.module.NETWORK if network is None else network
        return validate.kernel(f, reference=reference, kind=kind, name="f", **{"time_limit": 300.0} | options)

    return trial
