-- Copy an event from the outbox to the site's log and make one delivery per endpoint, in the order of the comment's events.
--
-- KEYS  1 outbox   stream  events to fan out
--       2 subject  hash    `told`: the last sequence fanned out, of the comment or endpoint that the event is about
--       3 event    hash    the event
--       4 events   stream  the site's log
--       5 due      zset    lanes by when to look
--       6 open     zset    deliveries under way
--       7 history  zset    the comment's events by sequence
--       8 … for each endpoint: delivery hash, line zset, lane zset, health hash, log zset, log:waiting zset
-- ARGV  1 group    2 entry in the outbox    3 event id    4 bound of the log, entries    5 age of the log, ms
--       6 the event's sequence    7 bound of an endpoint's log, deliveries    8 longest undo window, ms
--       9 … for each endpoint: the delivery's name without its last word (not_before), the lane's name in due,
--           the wanted types between spaces
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
local oldest = string.format('%d', now - ARGV[5])
redis.call('HSET', KEYS[2], 'told', sequence)

local event = redis.call('HMGET', KEYS[3], 'type', 'not_before', 'cancelled')
if not event[1] then return finish('gone') end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], '*', 'event', ARGV[3], 'type', event[1])
redis.call('XTRIM', KEYS[4], 'MINID', '~', oldest)
redis.call('ZADD', KEYS[7], sequence, ARGV[3])
redis.call('PEXPIRE', KEYS[7], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', oldest)

if event[3] then return finish('told') end

-- What would be told later than any window ends was written by a clock that went back since.
if tonumber(event[2]) > now + ARGV[8] then
    event[2] = string.format('%d', now)
    redis.call('HSET', KEYS[3], 'not_before', event[2])
end

local at = 8
for n = 9, #ARGV, 3 do
    local delivery, line, lane, health, log, waiting = unpack(KEYS, at, at + 5)
    at = at + 6
    if string.find(ARGV[n + 2], ' ' .. event[1] .. ' ', 1, true) then
        local paused, disabled, catching_up = unpack(redis.call('HMGET', health, 'paused', 'disabled', 'catching_up'))
        if paused or disabled then
            local missing_from = tonumber(redis.call('HGET', health, 'missing_from') or math.huge)
            if missing_from > now then redis.call('HSET', health, 'missing_from', string.format('%d', now)) end
        elseif not catching_up then
            local name = ARGV[n] .. ' ' .. event[2]
            redis.call('HSET', delivery, 'state', 'waiting', 'failures', 0, 'created_at', now, 'changed_at', now,
                'due_at', event[2])
            redis.call('PEXPIRE', delivery, ARGV[5])
            redis.call('ZADD', KEYS[6], event[2], name)
            redis.call('ZADD', log, now, ARGV[3])
            redis.call('ZADD', waiting, now, ARGV[3])
            redis.call('ZREMRANGEBYSCORE', log, '-inf', oldest)
            redis.call('ZREMRANGEBYRANK', log, 0, -1 - ARGV[7])
            redis.call('ZADD', line, sequence, name)
            redis.call('PEXPIRE', line, ARGV[5])
            if redis.call('ZCARD', line) == 1 then
                redis.call('ZADD', lane, event[2], name)
                redis.call('PEXPIRE', lane, ARGV[5])
                redis.call('ZADD', KEYS[5], 'LT', event[2], ARGV[n + 1])
            end
        end
    end
end

return finish('told')
