package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/privacy"
)

// eraseFor is how long a request erases; the timer does the rest.
const eraseFor = 20 * time.Second

// registerPrivacy registers what people may ask of the office about themselves, and how long
// the office keeps what.
// https://eur-lex.europa.eu/eli/reg/2016/679/oj (articles 5, 15 and 17)
func (a *api) registerPrivacy() {
	op := apiTag("directory").op("export-contact", http.MethodGet, "/api/contacts/{id}/export",
		"Export all that is stored about a contact; the text is no JSON when it could not be finished")
	op.Responses = content("One object with the contact, and a list of each kind of row that is about him or her", "application/json")
	handle(a, access.ContactsErase, op, a.exportContact)
	handle(a, access.ContactsErase, apiTag("directory").op("erase-contact", http.MethodPost, "/api/contacts/{id}/erase",
		"Delete a contact, and erase mail from and to him or her, chats with him or her, and what was learned about him or her; "+
			"this cannot be undone"), a.eraseContact)
	handle(a, access.ConfigurationRead, apiTag("configuration").op("get-retention", http.MethodGet, "/api/retention",
		"Get how many days the office keeps what; 0 is for ever"),
		func(ctx context.Context, _ *struct{}) (*objectOutput[privacy.Retention], error) {
			return a.retention(ctx)
		})
	handle(a, access.ConfigurationWrite, apiTag("configuration").op("put-retention", http.MethodPut, "/api/retention",
		"Set how many days the office keeps what; what is older is deleted within a day"),
		func(ctx context.Context, in *struct {
			RowPrecondition
			Body privacy.Retention
		}) (*objectOutput[privacy.Retention], error) {
			if err := a.Privacy.PutRetention(ctx, in.Body, in.rowETag()); err != nil {
				return nil, err
			}
			return a.retention(ctx)
		})
}

func (a *api) retention(ctx context.Context) (*objectOutput[privacy.Retention], error) {
	r, err := a.Privacy.Retention(ctx)
	return &objectOutput[privacy.Retention]{ETag: rowTag(r.ETag()), Body: r}, err
}

func (a *api) exportContact(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	c, err := a.Directory.Contact(ctx, in.ID)
	if err == nil {
		err = a.Privacy.NoteExport(ctx, c.ID)
	}
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Disposition", disposition("attachment", c.Name+".json"))
		if err := a.Privacy.Export(ctx, withWriteDeadline(w), c); err != nil {
			slog.ErrorContext(ctx, "export a contact", "error", err)
		}
	}}, nil
}

func (a *api) eraseContact(ctx context.Context, in *struct {
	ByID
	Precondition
}) (*bodyOutput[wire.Erased], error) {
	if err := a.Privacy.Erase(ctx, in.ID, in.revision()); err != nil {
		return nil, err
	}
	done, err := a.Privacy.Continue(ctx, time.Now().Add(eraseFor))
	if err != nil { // it is stored that the contact is to be erased
		slog.ErrorContext(ctx, "erase a contact", "error", err)
	}
	return bodyOf(wire.Erased{Finished: done}, nil)
}
