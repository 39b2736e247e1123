package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/membership"
	"kantoorpost/shared/words"
)

// A joinersObject lists who would join the chat of a mail that arrived now.
type joinersObject struct {
	Target    string          `json:"target,omitempty" doc:"name of the role or the process team"`
	Members   []previewMember `json:"members" nullable:"false" doc:"of a role without a client: everybody who has it at some client; the first at the sender's client joins"`
	PerClient bool            `json:"perClient" doc:"who of the members joins depends on the client"`
	Warnings  []linkWarning   `json:"warnings,omitempty" doc:"why nobody would join"`
}

// A linkWarning says why mail to an address would find nobody now. The code
// is the reason for which the mail would wait.
type linkWarning struct {
	Code string `json:"code"`
	words.Text
}

type previewMember struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	StandsInFor string `json:"standsInFor,omitempty" doc:"name of who is away"`
}

func (a *api) registerJoiners() {
	handle(a, access.ConfigurationRead, apiTag("configuration").op("list-joiners", http.MethodGet, "/api/addresses/{address}/joiners",
		"Say who would join the chat of a mail to an address that came now"), a.listJoiners)
}

func (a *api) listJoiners(ctx context.Context, in *struct {
	AddressPath
	Client string `query:"client" maxLength:"64" doc:"of the sender; a role brings another member at each client"`
	Kind   string `query:"kind" enum:"contact,role,process-team" doc:"as if the address were linked so; it need not be activated then"`
	Link   string `query:"link" maxLength:"64" doc:"of the role or the process team, with kind"`
}) (*struct{ Body joinersObject }, error) {
	link, address := connector.Link{Kind: connector.LinkKind(in.Kind), ID: in.Link}, in.Address
	if in.Kind == "" {
		v, err := a.Connectors.Activation(ctx, in.Address)
		if err != nil {
			return nil, err
		}
		link, address = v.Link, v.Address
	}
	if in.Client != "" {
		if _, err := a.Directory.Client(ctx, in.Client); err != nil {
			return nil, err
		}
	}
	out, err := a.newPreview().joiners(ctx, link, address, in.Client)
	return &struct{ Body joinersObject }{out}, err
}

// A memberPreview says who would join by the links of several addresses at
// one time. It decides as the processing of a mail does.
type memberPreview struct {
	office membership.Office
	now    time.Time
}

func (a *api) newPreview() *memberPreview {
	return &memberPreview{membership.Office{Directory: a.Directory}, time.Now()}
}

// joiners lists who would join by a link, at a client or for "" at any
// client.
func (p *memberPreview) joiners(ctx context.Context, link connector.Link, address, client string) (joinersObject, error) {
	out := joinersObject{Members: []previewMember{}}
	f, err := membership.Load(ctx, &p.office, link, client)
	if errors.Is(err, directory.ErrNotFound) {
		out.Warnings = warningsOf(item.LinkRemoved)
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Target, out.PerClient = f.Name, link.Kind == connector.LinkRole && client == ""
	joiners, nobody := f.Joiners(link, address, p.now)
	if out.PerClient {
		joiners, nobody = f.Candidates(link, address, p.now)
	}
	out.Warnings = warningsOf(nobody)
	for _, j := range joiners {
		m := f.Staff.Member(j.ID)
		out.Members = append(out.Members, previewMember{ID: m.ID, Name: m.Name, Email: m.Email, StandsInFor: f.Staff.Member(j.For).Name})
	}
	return out, nil
}

// warningsOf say why nobody would join; nil when somebody would.
func warningsOf(reason item.Reason) []linkWarning {
	if reason == "" {
		return nil
	}
	text, _ := connector.Advice(string(reason))
	return []linkWarning{{Code: string(reason), Text: text}}
}
