package connector

import "slices"

// permissions compares the token with what was proven: roles are those of the
// token, users is the result of listing users, boxes that of reading mailboxes.
func (s *Store) permissions(roles []string, users error, boxes []MailboxReport) []Permission {
	has := func(role string) bool { return slices.Contains(roles, role) }
	// An administrator consents in Entra to all permissions of Exchange or, with
	// RBAC for Applications, to none.
	consented := len(roles) == 0 || slices.ContainsFunc(roles, func(r string) bool { return r != UserReadAll })
	refused := func(read func(MailboxReport) bool, problem string) bool {
		return slices.ContainsFunc(boxes, func(b MailboxReport) bool { return !read(b) && b.Problem == problem })
	}
	readable := func(b MailboxReport) bool { return b.Readable }
	settings := func(b MailboxReport) bool { return b.Settings }

	mail := weigh(MailReadWrite, has(MailReadWrite), slices.ContainsFunc(boxes, readable), refused(readable, MailboxForbidden) || consented)
	if !has(MailReadWrite) && (has("Mail.Read") || has("Mail.ReadBasic.All")) {
		mail = missing(MailReadWrite) // the token has only the permission to read
	}
	set := weigh(SettingsReadWrite, has(SettingsReadWrite), slices.ContainsFunc(boxes, settings),
		refused(settings, MailboxNoSettings) || consented)
	if !has(SettingsReadWrite) && has("MailboxSettings.Read") {
		set = missing(SettingsReadWrite)
	}
	return []Permission{mail, set, s.userPermission(has(UserReadAll), users), weigh(MailSend, has(MailSend), false, consented)}
}

// weigh decides on one permission: named by the token, proven by use, or known
// to be missing; otherwise it is unknown.
func weigh(name string, named, proven, absent bool) Permission {
	switch {
	case named || proven:
		return granted(name)
	case absent:
		return missing(name)
	}
	return Permission{Name: name, Problem: "unknown:" + name}
}

func (s *Store) userPermission(named bool, users error) Permission {
	state, _ := MailboxState(users)
	switch {
	case users == nil:
		return granted(UserReadAll)
	case state == MailboxForbidden:
		return missing(UserReadAll)
	case named:
		return granted(UserReadAll)
	}
	return Permission{Name: UserReadAll, Problem: "unknown:" + UserReadAll}
}

func granted(name string) Permission {
	yes := true
	return Permission{Name: name, Granted: &yes}
}

func missing(name string) Permission {
	no := false
	return Permission{Name: name, Granted: &no, Problem: "missing:" + name}
}

// works says whether nothing needs a person.
func works(r Report) bool {
	for _, p := range r.Permissions {
		if p.Granted != nil && !*p.Granted {
			return false
		}
	}
	return !slices.ContainsFunc(r.Mailboxes, func(b MailboxReport) bool { return b.Problem != "" })
}
