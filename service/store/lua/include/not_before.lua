-- From when on an event is delivered.
--
-- @include clock

-- What would be delivered later than any undo window ends was written by a clock that went back since: it is due now.
local function delivered_from(not_before)
    if tonumber(not_before) > now + A.longest_undo then return string.format('%d', now) end
    return not_before
end
