-- Record what came of a batch's next comments, and let whoever is next go on, or end it.
--
-- @include clock
--
-- KEYS
--   running        zset  batches under way by when to go on
--   batch          hash  counts what it made and was refused
--   todo           list  what it is to do
--   made           list  what it made: "comment version"
--   refused        list  what it was refused, JSON each
-- ARGV
--   name           its name among those under way
--   claim          claim
--   life           how long a batch is kept once it is done, ms
--   new_made …     what it made
--   new_refused …  what it was refused
-- Answers  {"lost"} (the claim has ended and someone else has it) | {"recorded", how many are left to do}

if redis.call('ZSCORE', K.running, A.name) ~= A.claim then return {'lost'} end

local made, refused = #A.new_made, #A.new_refused
if made > 0 then redis.call('RPUSH', K.made, unpack(A.new_made)) end
if refused > 0 then redis.call('RPUSH', K.refused, unpack(A.new_refused)) end
redis.call('HINCRBY', K.batch, 'made', made)
redis.call('HINCRBY', K.batch, 'refused', refused)
redis.call('LTRIM', K.todo, made + refused, -1)

local left = redis.call('LLEN', K.todo)
if left == 0 then
    redis.call('ZREM', K.running, A.name)
    -- Only now: what is under way does not expire, however long no worker came.
    for _, key in ipairs({K.batch, K.made, K.refused}) do redis.call('PEXPIRE', key, A.life) end
else
    -- Behind the other batches: each gets its turn.
    redis.call('ZADD', K.running, string.format('%d', now), A.name)
end
return {'recorded', left}
