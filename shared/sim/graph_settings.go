package sim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// settingDefaults are the settings of a new mailbox. Only userPurpose depends on the
// mailbox.
//
// https://learn.microsoft.com/graph/api/resources/mailboxsettings
func settingDefaults() map[string]json.RawMessage {
	return map[string]json.RawMessage{
		"automaticRepliesSetting": json.RawMessage(
			`{"status":"disabled","externalAudience":"all","internalReplyMessage":"","externalReplyMessage":"","scheduledStartDateTime":{"dateTime":"2026-01-05T08:00:00.0000000","timeZone":"UTC"},"scheduledEndDateTime":{"dateTime":"2026-01-06T08:00:00.0000000","timeZone":"UTC"}}`),
		"timeZone":                              json.RawMessage(`"W. Europe Standard Time"`),
		"language":                              json.RawMessage(`{"locale":"nl-NL","displayName":"Nederlands (Nederland)"}`),
		"dateFormat":                            json.RawMessage(`"d-M-yyyy"`),
		"timeFormat":                            json.RawMessage(`"HH:mm"`),
		"delegateMeetingMessageDeliveryOptions": json.RawMessage(`"sendToDelegateOnly"`),
		"workingHours": json.RawMessage(
			`{"daysOfWeek":["monday","tuesday","wednesday","thursday","friday"],"startTime":"08:30:00.0000000","endTime":"17:00:00.0000000","timeZone":{"@odata.type":"#microsoft.graph.timeZoneBase","name":"W. Europe Standard Time"}}`),
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

func (t *Tenant) respondSettings(c *graphCall) (answer, error) {
	t.mu.Lock()
	all := c.box.allSettings()
	t.mu.Unlock()
	out := &bytes.Buffer{}
	o := open(out)
	o.put("@odata.context", t.base(c.r)+"/$metadata#users('"+c.r.PathValue("user")+"')/mailboxSettings")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		o.put(name, all[name])
	}
	o.close()
	return ok(out)
}

func (t *Tenant) getSettings(c *graphCall) (answer, error) { return t.respondSettings(c) }

func (t *Tenant) getSetting(c *graphCall) (answer, error) {
	name := c.r.PathValue("property")
	t.mu.Lock()
	value, known := c.box.allSettings()[name]
	t.mu.Unlock()
	if !known {
		return answer{}, errBadRequest("Resource not found for the segment '" + name + "'.")
	}
	out := &bytes.Buffer{}
	o := open(out)
	o.put("@odata.context", t.base(c.r)+"/$metadata#users('"+c.r.PathValue("user")+"')/mailboxSettings/"+name)
	if bytes.HasPrefix(value, []byte("{")) {
		out.WriteByte(',')
		out.Write(value[1:])
		return ok(out)
	}
	o.put("value", value)
	o.close()
	return ok(out)
}

func (t *Tenant) patchSettings(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	sent, err := fields(body)
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
	return t.respondSettings(c)
}
