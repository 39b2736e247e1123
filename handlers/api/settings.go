package api

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
)

type settingsObject struct {
	Enabled bool `json:"enabled" doc:"whether mail is fetched and processed; off loses nothing"`
}

func (a *api) registerSettings() {
	out := func(s connector.Settings) *objectOutput[settingsObject] {
		return &objectOutput[settingsObject]{ETag: rowTag(s.ETag), Body: settingsObject{s.Enabled}}
	}
	handle(a, access.ConfigurationRead, huma.Operation{
		OperationID: "get-settings", Method: http.MethodGet, Path: "/api/settings", Tags: []string{"configuration"},
		Summary: "Get the settings of the integration",
	}, func(ctx context.Context, _ *struct{}) (*objectOutput[settingsObject], error) {
		s, err := a.Connectors.Settings(ctx)
		return out(s), err
	})
	handle(a, access.ConfigurationWrite, huma.Operation{
		OperationID: "put-settings", Method: http.MethodPut, Path: "/api/settings", Tags: []string{"configuration"},
		Summary: "Set the settings of the integration; they hold everywhere within 30 seconds",
	}, func(ctx context.Context, in *struct {
		Precondition
		Body settingsObject
	}) (*objectOutput[settingsObject], error) {
		etag, err := in.rowETag()
		if err != nil {
			return nil, err
		}
		s, err := a.Connectors.PutSettings(ctx, connector.Settings{Enabled: in.Body.Enabled, ETag: etag})
		return out(s), err
	})
}

// rowTag makes an entity tag of the version of a row, which contains
// characters that an entity tag cannot have.
func rowTag(version string) string {
	return tag(base64.RawURLEncoding.EncodeToString([]byte(version)))
}

// rowETag reads If-Match back into the version that rowTag encoded; "" means
// any version.
func (in Precondition) rowETag() (string, error) {
	text, err := in.revision()
	if err != nil {
		return "", err
	}
	version, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", changed()
	}
	return string(version), nil
}
