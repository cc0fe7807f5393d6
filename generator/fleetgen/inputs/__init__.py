"""What a run reads: the repository, its policies, another commit's policies, Kubernetes' schemas, the cache."""
