"""Planning: finds the steps from the state of a resource to its goal."""
