package answer

import (
	"slices"
	"testing"
)

func TestAUserWithMailIsAMailbox(t *testing.T) {
	box, ok := Mailbox([]byte(`{"id":"g","displayName":"Info","mail":"Info@Kantoor.example","userPrincipalName":"info@kantoor.onmicrosoft.com",
		"accountEnabled":true,
		"proxyAddresses":["smtp:hallo@kantoor.example","SMTP:Info@kantoor.example","X500:/o=x","smtp:","SIP:info@kantoor.example",
		"smtp:HALLO@kantoor.example",null],
		"userType":"Member","x":1}`))
	if !ok || box.ID != "g" || box.Name != "Info" || box.Address != "info@kantoor.example" || !box.Enabled ||
		!slices.Equal(box.Aliases, []string{"hallo@kantoor.example"}) {
		t.Errorf("Mailbox = %+v, %t", box, ok)
	}
}

func TestThePrimaryAddressIsTheOneInCapitals(t *testing.T) {
	box, ok := Mailbox([]byte(`{"id":"g","mail":"oud@kantoor.example","proxyAddresses":["smtp:oud@kantoor.example",` +
		`"SMTP:nieuw@kantoor.example"],"accountEnabled":null}`))
	if !ok || box.Address != "nieuw@kantoor.example" || !slices.Equal(box.Aliases, []string{"oud@kantoor.example"}) || box.Enabled {
		t.Errorf("Mailbox = %+v", box)
	}
}

func TestGuestsAndUsersWithoutMailHaveNoMailbox(t *testing.T) {
	for _, raw := range []string{`null`, `7`, `{}`, `{"id":"g"}`, `{"id":"g","mail":null}`, `{"mail":"a@b"}`, `{"id":7,"mail":"a@b"}`,
		`{"id":"g","mail":"a@b","userType":"guest"}`,
		`{"id":"g","mail":"a@b","userType":"Member","userPrincipalName":"a_b#EXT#@kantoor.onmicrosoft.com"}`} {
		if box, ok := Mailbox([]byte(raw)); ok {
			t.Errorf("%s → %+v", raw, box)
		}
	}
}
