package mail

import "strings"

// maxMessageID is the longest message id, in bytes: it has to fit on one line of a
// mail.
const maxMessageID = 990

// MessageIDs returns the ids in a Message-ID, In-Reply-To or References field, or in a
// text that names one, each in angle brackets and without the white space of a fold. Ids in
// comments do not count. Some programs write other text between ids, others omit the
// brackets: a word with an @ is an id if the field has no other text or no id in brackets.
// https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
func MessageIDs(field string) (ids []string) {
	var all []string // those without brackets have none here either
	text, closed := false, false
	comments := true // false after one that does not end: the rest has none
	for {
		field = strings.TrimLeft(field, " \t\r\n,;>)")
		switch {
		case field == "":
			for _, id := range all {
				if id[0] == '<' {
					ids = append(ids, id)
				} else if !text || !closed {
					ids = append(ids, "<"+id+">")
				}
			}
			return ids
		case field[0] == '<':
			field = field[1:]
			if end := strings.IndexAny(field, "<>"); end > 0 && field[end] == '>' {
				if id := unfolded(field[:end]); id != "" {
					all, closed = append(all, "<"+id+">"), true
					field = field[end:]
				}
			}
		case field[0] == '(':
			end := 1
			if comments {
				end = commentEnd(field)
			}
			text, comments = true, end > 1
			field = field[end:]
		default:
			end := strings.IndexAny(field, " \t\r\n,;<>()")
			if end < 0 {
				end = len(field)
			}
			word := strings.Trim(field[:end], `"'`)
			field = field[end:]
			if at := strings.IndexByte(word, '@'); at > 0 && at < len(word)-1 && len(word) <= maxMessageID && !strings.Contains(word, `"`) {
				all = append(all, word)
			} else {
				text = text || word != ""
			}
		}
	}
}

// unfolded returns an id without white space, "" for what is no id. Text with white space
// is one id if it has one @.
func unfolded(text string) string {
	id := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), "")
	if len(id) > maxMessageID || len(id) != len(text) && strings.Count(id, "@") != 1 {
		return ""
	}
	return id
}

// commentEnd returns where the comment ends that a text begins with, 1 if it does not end.
// https://www.rfc-editor.org/rfc/rfc5322#section-3.2.2
func commentEnd(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 1
}
