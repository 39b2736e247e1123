package web

import "strings"

// A mailGroup is a row of the list: a mail, and the others of its sender that wait.
type mailGroup struct {
	Mail mailObject
	Rest []mailObject
	Open bool // the open mail is one of them
}

// A mailRow is a row with the list that it is in.
type mailRow struct {
	List *mailsView
	Mail mailObject
}

func rowOf(list *mailsView, m mailObject) mailRow { return mailRow{list, m} }

// fewOfSender are shown as rows of their own.
const fewOfSender = 2

// groups are the rows of the list. Many mails of one sender are one row that opens.
func (m *mailsView) groups() []mailGroup {
	count, at := map[string]int{}, map[string]int{}
	for _, x := range m.Mails {
		count[strings.ToLower(x.From.Email)]++
	}
	var groups []mailGroup
	for _, x := range m.Mails {
		sender := strings.ToLower(x.From.Email)
		if n, ok := at[sender]; ok && sender != "" && m.Filter.waits() && count[sender] > fewOfSender {
			groups[n].Rest = append(groups[n].Rest, x)
			groups[n].Open = groups[n].Open || m.isOpen(x.ID)
			continue
		}
		at[sender] = len(groups)
		groups = append(groups, mailGroup{Mail: x})
	}
	return groups
}
