"""Planning: the steps that bring a resource from its state to its goal."""
