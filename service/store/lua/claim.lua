-- Claim deliveries to one endpoint that are due: until their claim ends nobody else gets them.
--
-- An endpoint that answers quickly may have more in flight with each answer, one that fails or dawdles has one (slow start
-- and back-off, as in RFC 5681): so receivers that hang hold few senders.
--
-- KEYS  1 due     zset  lanes by when to look
--       2 lane    zset  deliveries by when they are due
--       3 flying  zset  claimed deliveries by when their claim ends
--       4 health  hash  paused, disabled, streak, rests_until, arrival, backs
--       5 clock   hash  backs: how often the clock went back
-- ARGV  1 the lane's name in due    2 how many at most    3 how many in flight at most    4 length of the claim, ms
--       5 ms between two deliveries, or 0    6 ms by which the pace may be ahead    7 ms that an endpoint rests at most
-- Answers  {now, claim, delivery, …}: the claim is the score that proves it when settling

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = string.format('%d', now + ARGV[4])
local health = redis.call('HMGET', KEYS[4], 'paused', 'disabled', 'streak', 'rests_until', 'arrival', 'backs')

-- What a worker took and did not finish is due again, and so is what was taken by a clock that went back since.
local function let_go(first, last)
    for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], first, last)) do
        redis.call('ZREM', KEYS[3], name)
        redis.call('ZADD', KEYS[2], now, name)
    end
end
let_go('-inf', now)
let_go('(' .. claim, '+inf')

-- Nor does anybody wait for a time that was set by such a clock.
local backs = redis.call('HGET', KEYS[5], 'backs')
if backs and backs ~= health[6] then
    for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%d', now), '+inf')) do
        redis.call('ZADD', KEYS[2], now, name)
    end
    redis.call('HSET', KEYS[4], 'backs', backs)
end

if health[1] or health[2] then
    redis.call('ZREM', KEYS[1], ARGV[1])
    return {now, claim}
end

local window = math.min(ARGV[3], 1 + (health[3] or 0))
local room = math.min(ARGV[2], window - redis.call('ZCARD', KEYS[3]))
local pace, arrival = tonumber(ARGV[5]), math.max(now, tonumber(health[5] or 0))
if arrival > now + ARGV[6] then arrival = now end
local free_at = math.max(now, tonumber(health[4] or 0))
if free_at > now + ARGV[7] then free_at = now end
if pace > 0 then
    room = math.min(room, math.floor((ARGV[6] + now - arrival) / pace))
    free_at = math.max(free_at, arrival + pace - ARGV[6])
end
if free_at > now then room = 0 end

local names = {}
if room > 0 then names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, room) end
for _, name in ipairs(names) do
    redis.call('ZREM', KEYS[2], name)
    redis.call('ZADD', KEYS[3], claim, name)
end
if pace > 0 and #names > 0 then
    redis.call('HSET', KEYS[4], 'arrival', string.format('%d', arrival + pace * #names))
end

-- Look again when the next is due and may go, behind the lanes that wait now, or when a claim ends; settling looks sooner.
local next_due = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local next_end = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
local look = tonumber(next_end or math.huge)
if next_due and redis.call('ZCARD', KEYS[3]) < window then
    look = math.min(look, math.max(tonumber(next_due), free_at, now))
end
if next_due or next_end then
    redis.call('ZADD', KEYS[1], string.format('%d', math.ceil(look)), ARGV[1])
else
    redis.call('ZREM', KEYS[1], ARGV[1])
end

return {now, claim, unpack(names)}
