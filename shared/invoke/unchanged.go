package invoke

import "strings"

// Unchanged says whether an If-None-Match, "" for none, names the entity tag that something
// has now: it is a list of tags, compared without their W/, or "*" for any. No tag of this
// product contains a comma.
//
// See https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
func Unchanged(ifNoneMatch, tag string) bool {
	for one := range strings.SplitSeq(ifNoneMatch, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || one != "" && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
