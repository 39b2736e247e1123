package sim

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// graphCall is one request to Graph.
type graphCall struct {
	t         *Tenant
	r         *http.Request
	token     *claims
	box       *mailbox // of the user in the path, if there is one
	immutable bool     // the caller asked for immutable ids
	prefer    string
}

// answer is the result of a handler. An empty body means none.
type answer struct {
	status int
	body   *bytes.Buffer
	raw    []byte // sent instead of body, with the content type kind
	kind   string // content type of raw
	header map[string]string
}

// graphHandler handles one operation of Graph. It locks mu itself, for a short
// time.
type graphHandler func(c *graphCall) (answer, error)

// The size limit of a request to Graph, in bytes.
//
// https://learn.microsoft.com/graph/outlook-large-attachments
const maxRequest = 4 << 20

// The smallest answer that is compressed, in bytes.
const minGzip = 1 << 10

// graphRoutes lists all operations of the simulated Graph, with their permissions:
// those that the product calls, and those that stand for a person at Outlook.
func (t *Tenant) graphRoutes() http.Handler {
	mux := http.NewServeMux()
	read, send := needs{roleMailReadWrite, roleMailRead}, needs{roleMailSend}
	write, users, settings := needs{roleMailReadWrite}, needs{roleUserReadAll}, needs{roleSettings}

	directory := func(pattern string, roles needs, h graphHandler) {
		mux.Handle(pattern, t.graph(roles, errPrivileges(), h))
	}
	mail := func(pattern string, roles needs, h graphHandler) {
		mux.Handle(pattern, t.graph(roles, errForbidden(), t.inMailbox(h)))
	}
	directory("GET /v1.0/users", users, t.listUsers)
	directory("GET /v1.0/users/{user}", users, t.getUser)

	mail("GET /v1.0/users/{user}/mailFolders", read, t.listFolders)
	mail("GET /v1.0/users/{user}/mailFolders/{folder}", read, t.getFolder)
	mail("GET /v1.0/users/{user}/mailFolders/{folder}/messages", read, t.listMessages)
	mail("GET /v1.0/users/{user}/mailFolders/{folder}/messages/delta", read, t.delta)
	mail("GET /v1.0/users/{user}/mailFolders/{folder}/messages/delta()", read, t.delta)

	mail("GET /v1.0/users/{user}/messages", read, t.listMessages)
	mail("POST /v1.0/users/{user}/messages", write, t.createDraft)
	mail("GET /v1.0/users/{user}/messages/{message}", read, t.getMessage)
	mail("PATCH /v1.0/users/{user}/messages/{message}", write, t.patchMessage)
	mail("DELETE /v1.0/users/{user}/messages/{message}", write, t.deleteMessage)
	mail("GET /v1.0/users/{user}/messages/{message}/$value", read, t.messageValue)
	mail("POST /v1.0/users/{user}/messages/{message}/createReply", write, t.createReply)
	mail("POST /v1.0/users/{user}/messages/{message}/createReplyAll", write, t.createReply)
	mail("POST /v1.0/users/{user}/messages/{message}/createForward", write, t.createReply)
	mail("POST /v1.0/users/{user}/messages/{message}/send", send, t.sendDraft)
	mail("POST /v1.0/users/{user}/messages/{message}/move", write, t.moveMessage)
	mail("POST /v1.0/users/{user}/sendMail", send, t.sendMail)

	mail("GET /v1.0/users/{user}/messages/{message}/attachments", read, t.listAttachments)
	mail("POST /v1.0/users/{user}/messages/{message}/attachments", write, t.addAttachment)
	mail("POST /v1.0/users/{user}/messages/{message}/attachments/createUploadSession", write, t.createUpload)
	mail("DELETE /v1.0/users/{user}/messages/{message}/attachments/{attachment}", write, t.deleteAttachment)
	mail("GET /v1.0/users/{user}/messages/{message}/attachments/{attachment}/$value", read, t.attachmentValue)

	mail("GET /v1.0/users/{user}/mailboxSettings", settings, t.getSettings)
	mail("PATCH /v1.0/users/{user}/mailboxSettings", settings, t.patchSettings)
	mail("GET /v1.0/users/{user}/outlook/masterCategories", settings, t.listCategories)
	mail("POST /v1.0/users/{user}/outlook/masterCategories", settings, t.addCategory)

	mux.Handle("POST /v1.0/$batch", t.graph(nil, nil, t.batch))
	mux.Handle("/", t.graph(nil, nil, func(c *graphCall) (answer, error) {
		last := c.r.URL.Path[strings.LastIndexByte(c.r.URL.Path, '/')+1:]
		return answer{}, errBadRequest("Resource not found for the segment '" + last + "'.")
	}))
	return mux
}

// graph handles what all calls share: the bearer and its roles, the headers of
// every answer, and compression.
func (t *Tenant) graph(roles needs, denied error, h graphHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		prefer := strings.Join(r.Header.Values("Prefer"), ",")
		c := &graphCall{t: t, r: r, prefer: prefer,
			immutable: strings.Contains(strings.ToLower(strings.ReplaceAll(prefer, " ", "")), `idtype="immutableid"`)}
		a, err := func() (answer, error) {
			var err error
			if c.token, err = t.authenticate(r); err != nil {
				return answer{}, err
			}
			if roles != nil && !t.granted(c.token, roles) {
				return answer{}, denied
			}
			return h(c)
		}()
		requestID, clientID := newGUID(), r.Header.Get("client-request-id")
		if clientID == "" {
			clientID = requestID
		}
		head := w.Header()
		if err != nil {
			var more http.Header
			a = answer{}
			a.status, more, a.body = errorBody(err, t.now(), requestID, clientID)
			for name, v := range more {
				head[name] = v
			}
		}
		head.Set("request-id", requestID)
		head.Set("client-request-id", clientID)
		head.Set("x-ms-ags-diagnostic",
			`{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"SIMULATED"}}`)
		head.Set("Cache-Control", "private")
		for name, v := range a.header {
			head.Set(name, v)
		}
		if c.immutable {
			head.Add("Preference-Applied", `IdType="ImmutableId"`)
		}
		t.log.DebugContext(r.Context(), "graph", "method", r.Method, "path", r.URL.Path, "status", a.status)
		a.send(w, r)
	})
}

func (a answer) send(w http.ResponseWriter, r *http.Request) {
	content, kind := a.raw, a.kind
	if a.body != nil {
		content, kind = a.body.Bytes(), "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	}
	if kind == "" {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Add("Vary", "Accept-Encoding")
	if len(content) < minGzip || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		w.WriteHeader(a.status)
		w.Write(content) //nolint:errcheck // the client may be gone
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(a.status)
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
	z.Write(content) //nolint:errcheck // the client may be gone
	z.Close()        //nolint:errcheck // the client may be gone
}

// inMailbox finds the mailbox of the path, and makes it misbehave by its name.
func (t *Tenant) inMailbox(h graphHandler) graphHandler {
	return func(c *graphCall) (answer, error) {
		user := c.r.PathValue("user")
		t.mu.Lock()
		t.sendDue()
		c.box = t.user(user)
		misbehaviour := wellBehaved
		if c.box != nil {
			misbehaviour = c.box.misbehave()
		}
		t.mu.Unlock()
		if c.box == nil {
			return answer{}, refuse(http.StatusNotFound, "ErrorInvalidUser", "The requested user '"+user+"' is invalid.")
		}
		if err := misbehaviour(c.r.Context()); err != nil {
			return answer{}, err
		}
		return h(c)
	}
}

// user finds a mailbox by its id or its user principal name. As in the real service,
// an alias does not find it.
func (t *Tenant) user(idOrName string) *mailbox {
	if box := t.byID[strings.ToLower(idOrName)]; box != nil {
		return box
	}
	if box := t.addresses[strings.ToLower(idOrName)]; box != nil && strings.EqualFold(box.options.Address, idOrName) {
		return box
	}
	return nil
}

// body reads the body of the request.
func (c *graphCall) body() ([]byte, error) {
	b, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request is larger than 4 MB.")
	}
	return b, nil
}

// sent reads the properties in the body of the request.
func (c *graphCall) sent() (map[string]json.RawMessage, error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	return fields(body)
}

// id returns a message's id in the requested form.
func (c *graphCall) id(m *Message) string {
	if c.immutable {
		return m.ID
	}
	return mutableID(m.ID, m.ParentFolderID)
}

// pageSize reads odata.maxpagesize.
func (c *graphCall) pageSize(otherwise, most int) int {
	for p := range strings.SplitSeq(c.prefer, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "odata.maxpagesize") {
			if n, err := strconv.Atoi(strings.Trim(value, `" `)); err == nil && n > 0 {
				return min(n, most)
			}
		}
	}
	return otherwise
}

// base returns the root of Graph's URLs in links and contexts.
func (t *Tenant) base(r *http.Request) string {
	if t.options.URL != "" {
		return t.options.URL + "/v1.0"
	}
	return "https://" + r.Host + "/v1.0"
}

// respond answers with an object that fill writes; context is "" for none.
func respond(status int, context string, fill func(o *object)) (answer, error) {
	o := open(&bytes.Buffer{})
	if context != "" {
		o.put("@odata.context", context)
	}
	fill(o)
	o.close()
	return answer{status: status, body: o.out}, nil
}
