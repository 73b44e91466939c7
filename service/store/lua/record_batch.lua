-- Record what came of a batch's next comments, and let whoever is next go on, or end it.
--
-- KEYS  1 under way  zset  batches by when to go on
--       2 batch      hash  counts what it made and was refused
--       3 todo       list  what it is to do
--       4 made       list  what it made: "comment version"
--       5 refused    list  what it was refused, JSON each
-- ARGV  1 its name in KEYS[1]    2 claim    3 how long a batch is kept once it is done, ms
--       4 how many it made    5 … what it made, then what it was refused
-- Answers  {"lost"} (the claim has ended and someone else has it) | {"recorded", how many are left to do}

local name, made = ARGV[1], tonumber(ARGV[4])
if redis.call('ZSCORE', KEYS[1], name) ~= ARGV[2] then return {'lost'} end

local done = #ARGV - 4
if made > 0 then redis.call('RPUSH', KEYS[4], unpack(ARGV, 5, 4 + made)) end
if done > made then redis.call('RPUSH', KEYS[5], unpack(ARGV, 5 + made, #ARGV)) end
redis.call('HINCRBY', KEYS[2], 'made', made)
redis.call('HINCRBY', KEYS[2], 'refused', done - made)
redis.call('LTRIM', KEYS[3], done, -1)

local left = redis.call('LLEN', KEYS[3])
if left == 0 then
    redis.call('ZREM', KEYS[1], name)
    -- Only now: what is under way does not expire, however long no worker came.
    for _, key in ipairs({KEYS[2], KEYS[4], KEYS[5]}) do redis.call('PEXPIRE', key, ARGV[3]) end
else
    -- Behind the other batches: each gets its turn.
    local time = redis.call('TIME')
    redis.call('ZADD', KEYS[1], string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)), name)
end
return {'recorded', left}
