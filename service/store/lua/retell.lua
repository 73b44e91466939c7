-- Let events of a comment that were written before tell something else: what was redacted is not told again.
--
-- KEYS  1 … events  hash    events that may still be there
-- ARGV  1 … the data of each, JSON
-- Answers  how many there were

local told = 0
for n, event in ipairs(KEYS) do
    -- One that expired since it was read must not come back without an end.
    if redis.call('EXISTS', event) == 1 then
        redis.call('HSET', event, 'data', ARGV[n])
        told = told + 1
    end
end
return told
