-- What is public of a comment: one answer for every script that asks. While a decision can be undone, the public sees what
-- it saw before. So a comment knows, beside its outcome, until when that can be undone and what is public until then.
--
-- @include clock

-- Whether a window that closes at *ends* has closed. What would close later than any can was opened by a clock that went
-- back since: it has closed.
local function is_over(ends) return not ends or ends <= now or ends > now + A.longest_undo end

-- The outcome of *comment* that is public, by which version of it, and until when that stays so if a window is open.
-- No outcome where there is no such comment.
local function public_outcome(comment)
    local outcome, version, ends, before, before_version = unpack(redis.call('HMGET', comment, 'outcome', 'version',
        'undo_until', 'before', 'before_version'))
    if not outcome or is_over(tonumber(ends)) then return outcome, version end
    return before or 'held', before_version or version - 1, tonumber(ends)
end
