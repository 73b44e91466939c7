-- Claim what is first of the work that goes on step by step: until the claim ends nobody else goes on with it.
--
-- @include clock
--
-- KEYS
--   under_way     zset  replays, or batches, by when to go on
-- ARGV
--   claim_length  length of the claim, ms
-- Answers  {} (there is nothing to go on with) | {claim, its name}

local claim = string.format('%d', now + A.claim_length)
-- A claim that would end later than any was made by a clock that went back since.
local name = redis.call('ZRANGEBYSCORE', K.under_way, '-inf', now, 'LIMIT', 0, 1)[1]
    or redis.call('ZRANGEBYSCORE', K.under_way, '(' .. claim, '+inf', 'LIMIT', 0, 1)[1]
if not name then return {} end

redis.call('ZADD', K.under_way, claim, name)
return {claim, name}
