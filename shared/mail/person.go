package mail

import "slices"

// A Person says whether an e-mail address is one of a person's.
type Person func(email string) bool

// In says whether a list has an address of the person.
func (p Person) In(list []Address) bool {
	return slices.ContainsFunc(list, func(a Address) bool { return p(a.Email) })
}

// OutOf returns a list without the addresses of the person.
func (p Person) OutOf(list []Address) []Address {
	if !p.In(list) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(a Address) bool { return p(a.Email) })
}
