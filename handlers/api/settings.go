package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
)

func (a *api) registerSettings() {
	handle(a, access.ConfigurationRead, apiTag("configuration").op("get-settings", http.MethodGet, "/api/settings",
		"Get the settings of the integration"), func(ctx context.Context, _ *struct{}) (*objectOutput[wire.SettingsObject], error) {
		return a.settings(ctx)
	})
	handle(a, access.ConfigurationWrite, apiTag("configuration").op("put-settings", http.MethodPut, "/api/settings",
		"Set the settings of the integration; the switch holds everywhere within 30 seconds"), a.putSettings)
}

func (a *api) settings(ctx context.Context) (*objectOutput[wire.SettingsObject], error) {
	s, err := a.Connectors.Settings(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.Writing.Settings(ctx)
	if err != nil {
		return nil, err
	}
	f := w.FourEyes
	return &objectOutput[wire.SettingsObject]{
		ETag: rowTag(s.ETag + settingsSeparator + w.ETag()),
		Body: wire.SettingsObject{Enabled: s.Enabled, MaxLag: &s.MaxLag, Hold: &w.Hold,
			FourEyes: &wire.FourEyesObject{Members: listOrEmpty(f.Members), Clients: listOrEmpty(f.Clients), Words: listOrEmpty(f.Words)}},
	}, nil
}

// settingsSeparator is between the versions of the two rows that hold the settings.
const settingsSeparator = "\n"

func (a *api) putSettings(ctx context.Context, in *struct {
	RowPrecondition
	Body wire.SettingsObject
}) (*objectOutput[wire.SettingsObject], error) {
	etag := in.rowETag()
	ofSwitch, ofWriting, _ := strings.Cut(etag, settingsSeparator)
	w, err := a.Writing.Settings(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.Connectors.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if etag != "" && (ofSwitch != s.ETag || ofWriting != w.ETag()) {
		return nil, changed()
	}
	if etag != "" {
		ofWriting = cmp.Or(ofWriting, compose.Absent)
	}
	before := w
	if in.Body.Hold != nil {
		w.Hold = *in.Body.Hold
	}
	if in.Body.FourEyes != nil {
		if w.FourEyes, err = a.fourEyes(ctx, *in.Body.FourEyes, w.FourEyes); err != nil {
			return nil, err
		}
	}
	if in.Body.MaxLag != nil {
		s.MaxLag = *in.Body.MaxLag
	}
	if _, err := a.Connectors.PutSettings(ctx, connector.Settings{Enabled: in.Body.Enabled, MaxLag: s.MaxLag, ETag: ofSwitch}); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(before, w) {
		if _, err := a.Writing.PutSettings(ctx, w, ofWriting); err != nil {
			return nil, err
		}
	}
	return a.settings(ctx)
}

// fourEyes checks who and what needs a second person. What was there before may have
// been deleted meanwhile.
func (a *api) fourEyes(ctx context.Context, in wire.FourEyesObject, before compose.FourEyes) (compose.FourEyes, error) {
	out := compose.FourEyes{Members: unique(in.Members), Clients: unique(in.Clients)}
	for _, list := range []struct {
		field, kind, expected string
		ids, before           []string
	}{
		{"members", "member", "id of a team member", in.Members, before.Members},
		{"clients", "client", "id of a client", in.Clients, before.Clients},
	} {
		for i, id := range list.ids {
			if name, err := a.readName(ctx, list.kind, id); err != nil {
				return out, err
			} else if name == "" && !slices.Contains(list.before, id) {
				return out, invalid(fmt.Sprintf("body.fourEyes.%s[%d]", list.field, i), list.expected)
			}
		}
	}
	for i, word := range in.Words {
		if word = strings.TrimSpace(word); word == "" || len(word) > 100 || strings.ContainsFunc(word, breaksLine) {
			return out, invalid(fmt.Sprintf("body.fourEyes.words[%d]", i), "1 to 100 characters in one line")
		}
		out.Words = append(out.Words, word)
	}
	return out, nil
}

func listOrEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
