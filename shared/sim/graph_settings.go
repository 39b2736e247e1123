package sim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// settingDefaults are the settings of a new mailbox, as far as they are simulated. Only
// userPurpose depends on the mailbox.
//
// https://learn.microsoft.com/graph/api/resources/mailboxsettings
func settingDefaults() map[string]json.RawMessage {
	return map[string]json.RawMessage{
		"automaticRepliesSetting": json.RawMessage(
			`{"status":"disabled","externalAudience":"all","internalReplyMessage":"","externalReplyMessage":""}`),
		"timeZone": json.RawMessage(`"W. Europe Standard Time"`),
		"language": json.RawMessage(`{"locale":"nl-NL","displayName":"Nederlands (Nederland)"}`),
	}
}

// allSettings returns a mailbox' present settings. The caller holds mu.
func (b *mailbox) allSettings() map[string]json.RawMessage {
	all := settingDefaults()
	maps.Copy(all, b.settings)
	all["userPurpose"] = json.RawMessage(`"user"`)
	if b.options.Shared {
		all["userPurpose"] = json.RawMessage(`"shared"`)
	}
	all["archiveFolder"], _ = json.Marshal(b.folders[archive].id)
	return all
}

func (t *Tenant) getSettings(c *graphCall) (answer, error) {
	t.mu.Lock()
	all := c.box.allSettings()
	t.mu.Unlock()
	return respond(http.StatusOK, t.base(c.r)+"/$metadata#users('"+c.r.PathValue("user")+"')/mailboxSettings", func(o *object) {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			o.put(name, all[name])
		}
	})
}

func (t *Tenant) patchSettings(c *graphCall) (answer, error) {
	sent, err := c.sent()
	if err != nil {
		return answer{}, err
	}
	known := settingDefaults()
	err = func() error {
		t.mu.Lock()
		defer t.mu.Unlock()
		s := &settings{Mailbox: c.box.id, Settings: map[string]json.RawMessage{}, Categories: c.box.categories}
		maps.Copy(s.Settings, c.box.settings)
		for name, value := range sent {
			switch {
			case strings.HasPrefix(name, "@"):
				continue
			case known[name] == nil:
				return refuse(http.StatusBadRequest, "ErrorInvalidRequest", "The property '"+name+"' cannot be changed.")
			}
			s.Settings[name] = value
		}
		return t.commit(record{Settings: s})
	}()
	if err != nil {
		return answer{}, err
	}
	return t.getSettings(c)
}
