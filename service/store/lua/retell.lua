-- Let events of a comment that were written before tell something else, and no longer show what receivers answered to
-- them: they may have echoed what was redacted.
--
-- KEYS  1 … events    hash  events that may still be there
--       … attempts    list  attempts at telling them, JSON
-- ARGV  1 how many events    2 … the data of each, JSON    last what stands for an answer
-- Answers  how many there were

local told = 0
local events = tonumber(ARGV[1])
for n = 1, events do
    -- One that expired since it was read must not come back without an end.
    if redis.call('EXISTS', KEYS[n]) == 1 then
        redis.call('HSET', KEYS[n], 'data', ARGV[n + 1], 'retold', '1')
        told = told + 1
    end
end
for n = events + 1, #KEYS do
    for at, text in ipairs(redis.call('LRANGE', KEYS[n], 0, -1)) do
        local attempt = cjson.decode(text)
        for _, name in ipairs({'answer', 'answer_headers'}) do
            if attempt[name] and attempt[name] ~= '' then attempt[name] = ARGV[#ARGV] end
        end
        redis.call('LSET', KEYS[n], at - 1, cjson.encode(attempt))
    end
end
return told
