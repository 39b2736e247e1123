package connector_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/entra"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const (
	tenant   = "11111111-2222-3333-4444-555555555555"
	clientID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	// canary is a secret that must be in the secret store only.
	canary   = "Kn4ry8Q~do-not-show-me-anywhere.A1b2C3"
	endpoint = "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token"
)

// An office is a Store with doubles of everything that it uses.
type office struct {
	*connector.Store
	tables    *tabletest.Server
	wire      *wiretest.Wire // to the tables
	vault     *vault
	entra     *entraDouble
	graph     *graphDouble
	directory *people
	options   connector.Options
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{tables: tabletest.New(), vault: newVault(), entra: newEntra(), graph: newGraph(), directory: &people{gone: map[string]bool{}}}
	o.wire = o.tables.Transport()
	service := o.tables.Service(t, o.wire)
	must.Do(t, service.Create(t.Context(), "configuration", "mailboxes"))
	o.options = connector.Options{
		Configuration: service.Table("configuration"), Mailboxes: service.Table("mailboxes"),
		Secrets: o.vault, Clouds: entra.Public(), Transport: wiretest.Transport(o.entra), Directory: o.directory,
		Dial: o.graph.dial,
	}
	o.restart()
	o.wire.Reset()
	return o
}

// restart starts a new process on the same tables and vault.
func (o *office) restart() { o.Store = connector.New(o.options) }

func draft() connector.Draft {
	return connector.Draft{Kind: connector.KindAzure, Name: "Kantoor De Vries", ClientID: clientID, ClientSecret: secret.New(canary),
		TokenEndpoint: endpoint}
}

func (o *office) create(t *testing.T) connector.Connector {
	t.Helper()
	c := must.Get(o.Create(t.Context(), draft()))(t)
	return c
}

// activate makes a mailbox and activates it; n decides its id and place.
func (o *office) activate(t *testing.T, c connector.Connector, n int) connector.Activation {
	t.Helper()
	box := o.graph.add(n)
	a := must.Get(o.Activate(t.Context(), c.ID, connector.Request{Address: box.Address, Link: connector.Link{Kind: connector.LinkContact}}))(t)
	return a
}

// enable turns the switch on.
func (o *office) enable(t *testing.T) {
	t.Helper()
	must.Get(o.PutSettings(t.Context(), connector.Settings{Enabled: true}))(t)
}

// A vault is a secret store in memory that fails on request.
type vault struct {
	mu       sync.Mutex
	versions map[string][]secret.Value
	fault    func(op string) wiretest.Fault
	calls    []string
}

func newVault() *vault { return &vault{versions: map[string][]secret.Value{}} }

func (v *vault) do(op string, effect func() error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, op)
	f := wiretest.Pass
	if v.fault != nil {
		f = v.fault(op)
	}
	if f == wiretest.Refuse {
		return wiretest.ErrInjected
	}
	err := effect()
	if err == nil && f == wiretest.Lose {
		return wiretest.ErrInjected
	}
	return err
}

func (v *vault) Set(_ context.Context, name string, value secret.Value, _ time.Time, _ map[string]string) (version string, err error) {
	err = v.do("set", func() error {
		v.versions[name] = append(v.versions[name], value)
		version = fmt.Sprint("v", len(v.versions[name]))
		return nil
	})
	return version, err
}

func (v *vault) Get(_ context.Context, name, version string) (value secret.Value, err error) {
	err = v.do("get", func() error {
		all := v.versions[name]
		if len(all) == 0 {
			return secret.ErrNotFound
		}
		n := len(all)
		if version != "" {
			fmt.Sscanf(version, "v%d", &n)
		}
		value = all[n-1]
		return nil
	})
	return value, err
}

func (v *vault) Versions(_ context.Context, name string) (versions []string, err error) {
	err = v.do("versions", func() error {
		for n := len(v.versions[name]); n > 0; n-- {
			versions = append(versions, fmt.Sprint("v", n))
		}
		return nil
	})
	return versions, err
}

func (v *vault) Delete(_ context.Context, name string) error {
	return v.do("delete", func() error {
		delete(v.versions, name)
		return nil
	})
}

// An entraDouble gives tokens for the secrets that it knows and refuses the
// others as Entra does.
type entraDouble struct {
	mu       sync.Mutex
	secrets  map[string]bool // false: expired
	refused  map[string]int  // AADSTS code by client id or tenant
	roles    []string
	tid      string   // "": that of the endpoint
	received []string // form bodies of token requests with their hosts
}

func newEntra() *entraDouble {
	return &entraDouble{secrets: map[string]bool{canary: true}, refused: map[string]int{},
		roles: []string{"Mail.ReadWrite", "MailboxSettings.ReadWrite", "User.Read.All", "Mail.Send"}}
}

func (e *entraDouble) set(secret string, valid bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.secrets[secret] = valid
}

func (e *entraDouble) forget(secret string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.secrets, secret)
}

func (e *entraDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
		root := "https://" + r.Host + "/" + strings.Split(r.URL.Path, "/")[1]
		json.NewEncoder(w).Encode(map[string]string{"issuer": root + "/v2.0", "token_endpoint": root + "/oauth2/v2.0/token",
			"authorization_endpoint": root + "/oauth2/v2.0/authorize"})
		return
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	r.ParseForm()
	e.received = append(e.received, r.Host+r.URL.Path+"\n"+string(body))
	at := strings.Split(r.URL.Path, "/")[1]
	for _, id := range []string{at, r.PostForm.Get("client_id")} {
		if code := e.refused[id]; code != 0 {
			refuse(w, code)
			return
		}
	}
	valid, known := e.secrets[r.PostForm.Get("client_secret")]
	switch {
	case !known:
		refuse(w, 7000215)
	case !valid:
		refuse(w, 7000222)
	default:
		claims, _ := json.Marshal(map[string]any{"tid": cmp.Or(e.tid, at), "roles": e.roles, "exp": time.Now().Add(time.Hour).Unix()})
		token := "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
		json.NewEncoder(w).Encode(map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": token})
	}
}

func refuse(w http.ResponseWriter, code int) {
	w.WriteHeader(http.StatusUnauthorized)
	json.NewEncoder(w).Encode(map[string]any{"error": "invalid_client", "error_description": fmt.Sprintf("AADSTS%d: refused.", code),
		"error_codes": []int{code}, "trace_id": "trace-1"})
}

// A graphDouble is Graph with a few mailboxes; it asks a token for every call.
type graphDouble struct {
	mu    sync.Mutex
	boxes map[string]mail.Mailbox // by address
	fail  map[string]error        // by mailbox id, and "users", "settings:"+id
	dials int
	looks []string
}

func newGraph() *graphDouble {
	return &graphDouble{boxes: map[string]mail.Mailbox{}, fail: map[string]error{}}
}

func boxID(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-%012d", n, n) }

func (g *graphDouble) add(n int) mail.Mailbox {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := mail.Mailbox{ID: boxID(n), Address: fmt.Sprintf("box%d@kantoor.example", n), Name: fmt.Sprint("Box ", n)}
	b.Aliases = []string{"alias-of-" + b.Address}
	g.boxes[b.Address] = b
	g.boxes["alias-of-"+b.Address] = b
	return b
}

func (g *graphDouble) dial(root string, cred azcore.TokenCredential) (connector.Graph, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dials++
	return &graphClient{nil, g, cred, root}, nil
}

type graphError struct {
	status int
	code   string
}

func (e *graphError) Error() string { return fmt.Sprintf("graph: %d %s", e.status, e.code) }

// As makes it an error of the Graph client.
func (e *graphError) As(target any) bool {
	t, ok := target.(**answer.Error)
	if ok {
		*t = &answer.Error{Status: e.status, Code: e.code}
	}
	return ok
}

type graphClient struct {
	connector.Graph // nil: calls that the store does not make
	*graphDouble
	cred azcore.TokenCredential
	root string
}

func (g *graphClient) call(ctx context.Context, what string) error {
	if _, err := g.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{g.root + "/.default"}, EnableCAE: true}); err != nil {
		return fmt.Errorf("graph: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.looks = append(g.looks, what)
	return g.fail[what]
}

func (g *graphClient) Mailboxes(ctx context.Context, search, _ string) ([]mail.Mailbox, string, error) {
	if err := g.call(ctx, "users"); err != nil {
		return nil, "", err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []mail.Mailbox
	for address, b := range g.boxes {
		if address == b.Address && strings.Contains(address, search) {
			all = append(all, b)
		}
	}
	return all, "", nil
}

func (g *graphClient) Mailbox(ctx context.Context, address string) (mail.Mailbox, error) {
	if err := g.call(ctx, "users"); err != nil {
		return mail.Mailbox{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.boxes[address]
	if !ok {
		return mail.Mailbox{}, fault.Final(errors.New("no mailbox has this address"))
	}
	return b, nil
}

func (g *graphClient) CheckInbox(ctx context.Context, id string) error { return g.call(ctx, id) }

func (g *graphClient) CheckSettings(ctx context.Context, id string) error {
	return g.call(ctx, "settings:"+id)
}

func (g *graphClient) Delta(ctx context.Context, id, _ string, _ time.Time) (mail.Page, error) {
	return mail.Page{DeltaLink: "link"}, g.call(ctx, id)
}

// people is a directory in which all objects exist except those in gone.
type people struct{ gone map[string]bool }

func (p *people) Role(_ context.Context, id string) (directory.Role, error) {
	return directory.Role{ID: id}, p.find(id)
}

func (p *people) Team(_ context.Context, id string) (directory.ProcessTeam, error) {
	return directory.ProcessTeam{ID: id}, p.find(id)
}

func (p *people) find(id string) error {
	if p.gone[id] {
		return directory.ErrNotFound
	}
	return nil
}

// rows returns the rows of the configuration, without those of the audit.
func (o *office) rows(t *testing.T) []table.Row {
	return slices.DeleteFunc(o.tables.Snapshot(t)["configuration"], func(r table.Row) bool { return strings.HasPrefix(r.Key, "z|") })
}
