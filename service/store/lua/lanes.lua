-- List the endpoints' queues in which there may be something to claim now, longest not served first.
--
-- @include clock
--
-- KEYS
--   due    zset  endpoints' queues by when to look
-- ARGV
--   limit  how many at most
-- Answers  {queue's name, when to look, …}

return redis.call('ZRANGEBYSCORE', K.due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, A.limit)
