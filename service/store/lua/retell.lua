-- Let events of a comment that were written before tell something else, and no longer show what receivers answered to
-- them: they may have echoed what was redacted.
--
-- KEYS
--   events …    hash  events that may still be there
--   attempts …  list  attempts at telling them, JSON
-- ARGV
--   data …      the data of each event, JSON
--   redaction   what stands for an answer
-- Answers  how many there were

local told = 0
for n, event in ipairs(K.events) do
    -- One that expired since it was read must not come back without an end.
    if redis.call('EXISTS', event) == 1 then
        redis.call('HSET', event, 'data', A.data[n], 'retold', '1')
        told = told + 1
    end
end
for _, attempts in ipairs(K.attempts) do
    for at, text in ipairs(redis.call('LRANGE', attempts, 0, -1)) do
        local attempt = cjson.decode(text)
        for _, name in ipairs({'answer', 'answer_headers'}) do
            if attempt[name] and attempt[name] ~= '' then attempt[name] = A.redaction end
        end
        redis.call('LSET', attempts, at - 1, cjson.encode(attempt))
    end
end
return told
