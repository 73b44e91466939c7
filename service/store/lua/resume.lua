-- Let a stopped endpoint go on: what waits for it falls due, and what it missed is replayed before what is new.
--
-- KEYS  1 endpoints  hash    the site's endpoints
--       2 health     hash    paused, disabled, failing_since, missing_from, catching_up
--       3 due        zset    lanes by when to look
--       4 replays    zset    replays under way
-- ARGV  1 endpoint id    2 the lane's name in due
-- Answers  "missing" | "resumed" | "catching up"

if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'missing' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local missing_from = redis.call('HGET', KEYS[2], 'missing_from')

redis.call('HDEL', KEYS[2], 'paused', 'disabled', 'disabled_at', 'failing_since', 'failing_from', 'missing_from',
    'rests_until')
redis.call('ZADD', KEYS[3], now, ARGV[2])
if not missing_from then return 'resumed' end

missing_from = math.min(missing_from, now)
redis.call('HSET', KEYS[2], 'catching_up', 1)
redis.call('ZADD', KEYS[4], now, ARGV[2] .. ' catch_up ' .. string.format('%d', missing_from - 1) .. '-0 +')
return 'catching up'
