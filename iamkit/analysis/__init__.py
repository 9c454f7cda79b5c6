"""Questions about policies and decisions that go beyond one decision."""
