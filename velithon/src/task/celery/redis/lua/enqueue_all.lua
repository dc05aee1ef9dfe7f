return enqueue(1)
