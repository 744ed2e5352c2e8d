"""Events move house: from the data folder to a cluster, and back, while a service runs on them."""
