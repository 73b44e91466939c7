-- Take over what another worker read from the outbox and did not finish, and notice a clock that went back: then nobody
-- waits for what it had set.
--
-- @include clock
--
-- KEYS
--   outbox  stream  events to fan out
--   clock   hash    seen: a time that it had, ms, renewed by the minute; backs: how often it went back
--   due     zset    endpoints' queues by when to look
-- ARGV
--   group   group of the outbox
--   worker  worker
--   idle    ms after which an entry is another's
--   limit   how many at most
-- Answers  what XAUTOCLAIM answers

local seen, idle = tonumber(redis.call('HGET', K.clock, 'seen') or 0), A.idle

if now < seen then
    redis.call('HINCRBY', K.clock, 'backs', 1)
    for _, name in ipairs(redis.call('ZRANGEBYSCORE', K.due, '(' .. string.format('%d', now), '+inf')) do
        redis.call('ZADD', K.due, now, name)
    end
    -- By such a clock nothing has been pending for long. What another has at hand is fanned out once all the same.
    idle = 0
end
if now < seen or now - seen > 60000 then redis.call('HSET', K.clock, 'seen', string.format('%d', now)) end

return redis.call('XAUTOCLAIM', K.outbox, A.group, A.worker, idle, '0', 'COUNT', A.limit)
