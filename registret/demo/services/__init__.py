"""Other services that the demo and the tests stand in for."""
