-- Claim deliveries to one endpoint that are due: until their claim ends nobody else gets them.
--
-- An endpoint that answers quickly may have more in flight with each answer, one that fails or dawdles has one (slow start
-- and back-off, as in RFC 5681): so receivers that hang hold few senders.
--
-- @include clock
--
-- KEYS
--   due             zset  endpoints' queues by when to look
--   endpoint_queue  zset  deliveries by when they are due
--   in_flight       zset  claimed deliveries by when their claim ends
--   health          hash  paused, disabled, streak, rests_until, arrival, backs
--   clock           hash  backs: how often the clock went back
-- ARGV
--   queue_name      the queue's name in due
--   limit           how many at most
--   most_in_flight  how many in flight at most
--   claim_length    length of the claim, ms
--   interval        rate limit: ms between two deliveries, or 0
--   burst           rate limit: ms that may be taken in advance
--   longest_rest    ms that an endpoint rests at most
-- Answers  {now, claim, delivery, …}: the claim is the score that proves it when settling

local claim = string.format('%d', now + A.claim_length)
local paused, disabled, streak, rests_until, last_arrival, set_right = unpack(redis.call('HMGET', K.health,
    'paused', 'disabled', 'streak', 'rests_until', 'arrival', 'backs'))

-- What a worker took and did not finish is due again, and so is what was taken by a clock that went back since.
local function let_go(first, last)
    for _, name in ipairs(redis.call('ZRANGEBYSCORE', K.in_flight, first, last)) do
        redis.call('ZREM', K.in_flight, name)
        redis.call('ZADD', K.endpoint_queue, now, name)
    end
end
let_go('-inf', now)
let_go('(' .. claim, '+inf')

-- Nor does anybody wait for a time that was set by such a clock.
local backs = redis.call('HGET', K.clock, 'backs')
if backs and backs ~= set_right then
    for _, name in ipairs(redis.call('ZRANGEBYSCORE', K.endpoint_queue, '(' .. string.format('%d', now), '+inf')) do
        redis.call('ZADD', K.endpoint_queue, now, name)
    end
    redis.call('HSET', K.health, 'backs', backs)
end

if paused or disabled then
    redis.call('ZREM', K.due, A.queue_name)
    return {now, claim}
end

local window = math.min(A.most_in_flight, 1 + (streak or 0))
local room = math.min(A.limit, window - redis.call('ZCARD', K.in_flight))
local interval, arrival = tonumber(A.interval), math.max(now, tonumber(last_arrival or 0))
if arrival > now + A.burst then arrival = now end
local free_at = math.max(now, tonumber(rests_until or 0))
if free_at > now + A.longest_rest then free_at = now end
if interval > 0 then
    room = math.min(room, math.floor((A.burst + now - arrival) / interval))
    free_at = math.max(free_at, arrival + interval - A.burst)
end
if free_at > now then room = 0 end

local names = {}
if room > 0 then names = redis.call('ZRANGEBYSCORE', K.endpoint_queue, '-inf', now, 'LIMIT', 0, room) end
for _, name in ipairs(names) do
    redis.call('ZREM', K.endpoint_queue, name)
    redis.call('ZADD', K.in_flight, claim, name)
end
if interval > 0 and #names > 0 then
    redis.call('HSET', K.health, 'arrival', string.format('%d', arrival + interval * #names))
end

-- Look again when the next is due and may go, behind the queues that wait now, or when a claim ends; settling looks sooner.
local next_due = redis.call('ZRANGE', K.endpoint_queue, 0, 0, 'WITHSCORES')[2]
local next_end = redis.call('ZRANGE', K.in_flight, 0, 0, 'WITHSCORES')[2]
local look = tonumber(next_end or math.huge)
if next_due and redis.call('ZCARD', K.in_flight) < window then
    look = math.min(look, math.max(tonumber(next_due), free_at, now))
end
if next_due or next_end then
    redis.call('ZADD', K.due, string.format('%d', math.ceil(look)), A.queue_name)
else
    redis.call('ZREM', K.due, A.queue_name)
end

return {now, claim, unpack(names)}
