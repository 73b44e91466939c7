-- Copy an event from the outbox to the site's log and make one delivery per endpoint, in the order of the comment's events.
--
-- KEYS  1 outbox   stream  events to fan out
--       2 comment  hash    `told`: the last sequence fanned out
--       3 event    hash    the event
--       4 events   stream  the site's log
--       5 due      zset    deliveries by due time
--       6 … for each endpoint: delivery hash, line zset
-- ARGV  1 group    2 entry in the outbox    3 event id    4 bound of the log, entries    5 age of the log, ms
--       6 the event's sequence
--       7 … for each endpoint: the delivery's name, without its last word (not_before)
-- Answers  "gone" (expired, or told before) | "early" (an earlier event of the comment comes first) | "told"

local function finish(answer)
    redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
    redis.call('XDEL', KEYS[1], ARGV[2])
    return answer
end

local sequence, told = tonumber(ARGV[6]), tonumber(redis.call('HGET', KEYS[2], 'told') or 0)
if sequence <= told then return finish('gone') end
if sequence > told + 1 then return 'early' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[2], 'told', sequence)

local event = redis.call('HMGET', KEYS[3], 'type', 'not_before', 'cancelled')
if not event[1] then return finish('gone') end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], '*', 'event', ARGV[3], 'type', event[1])
redis.call('XTRIM', KEYS[4], 'MINID', '~', string.format('%d', now - ARGV[5]))

if event[3] then return finish('told') end

for n = 7, #ARGV do
    local delivery, line = KEYS[2 * n - 8], KEYS[2 * n - 7]
    local name = ARGV[n] .. ' ' .. event[2]
    redis.call('HSET', delivery, 'state', 'waiting', 'failures', 0)
    redis.call('PEXPIRE', delivery, ARGV[5])
    redis.call('ZADD', line, sequence, name)
    if redis.call('ZRANGE', line, 0, 0)[1] == name then redis.call('ZADD', KEYS[5], event[2], name) end
end

return finish('told')
