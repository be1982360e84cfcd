"""What runs in a worker process: training jobs, and queries about trained networks."""
