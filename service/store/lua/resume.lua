-- Let a stopped endpoint go on: what waits for it falls due, and what it missed is replayed before what is new.
--
-- @include clock
--
-- KEYS
--   endpoints   hash  the site's endpoints
--   health      hash  paused, disabled, failing_since, missing_from, catching_up
--   due         zset  endpoints' queues by when to look
--   replays     zset  replays under way
-- ARGV
--   id          endpoint id
--   queue_name  its queue's name in due
-- Answers  "missing" | "resumed" | "catching up"

if redis.call('HEXISTS', K.endpoints, A.id) == 0 then return 'missing' end

local missing_from = redis.call('HGET', K.health, 'missing_from')

redis.call('HDEL', K.health, 'paused', 'disabled', 'disabled_at', 'failing_since', 'failing_from', 'missing_from',
    'rests_until')
redis.call('ZADD', K.due, now, A.queue_name)
if not missing_from then return 'resumed' end

missing_from = math.min(missing_from, now)
redis.call('HSET', K.health, 'catching_up', 1)
redis.call('ZADD', K.replays, now, A.queue_name .. ' catch_up ' .. string.format('%d', missing_from - 1) .. '-0 +')
return 'catching up'
