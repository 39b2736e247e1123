package table

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

// The SDK's SubmitTransaction decodes the body of every operation into a map and
// encodes it again, which costs more than all else that is done for a mail. So the
// operations of a transaction are written here, and batchPolicy sends them with the
// SDK's pipeline: its retries, credentials and addresses stay in use.

// batchKey is the key of the operations of a transaction in a context.
type batchKey struct{}

// batchPolicy sends the operations in the context of a request in its place, as one
// transaction. It comes before the retries, and before the request is signed.
type batchPolicy struct{}

// carrier is the entity of the request that batchPolicy replaces; it is not sent.
var carrier = []byte(`{"PartitionKey":"","RowKey":""}`)

// submit sends a transaction. An *OpError says which operation was refused.
func (t *Table) submit(ctx context.Context, ops []Op) error {
	_, err := t.client.AddEntity(context.WithValue(ctx, batchKey{}, ops), carrier, nil)
	return err
}

func (batchPolicy) Do(req *policy.Request) (*http.Response, error) {
	ops, ok := req.Raw().Context().Value(batchKey{}).([]Op)
	if !ok {
		return req.Next()
	}
	u := req.Raw().URL
	table, boundary := u.String(), rand.Text()
	u.Path = u.Path[:strings.LastIndexByte(u.Path, '/')+1] + "$batch"
	body := streaming.NopCloser(bytes.NewReader(batchBody(table, boundary, ops)))
	if err := req.SetBody(body, "multipart/mixed; boundary=batch_"+boundary); err != nil {
		return nil, err
	}
	res, err := req.Next()
	if err != nil || res.StatusCode != http.StatusAccepted {
		return res, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := batchError(string(answer), ops); err != nil {
		return nil, err
	}
	res.StatusCode, res.Body, res.ContentLength = http.StatusNoContent, http.NoBody, 0
	return res, nil
}

// headers is about how many bytes an operation takes beside its URL and its row.
const headers = 384

// batchBody returns the body of a transaction on the rows of the table with a URL.
//
// See https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
func batchBody(table, boundary string, ops []Op) []byte {
	size := headers
	for _, o := range ops {
		size += headers + len(table) + 2*len(o.key) + len(o.body)
	}
	b := make([]byte, 0, size)
	b = append(b, "--batch_"+boundary+"\r\nContent-Type: multipart/mixed; boundary=changeset_"+boundary+"\r\n\r\n"...)
	for _, o := range ops {
		b = append(b, "--changeset_"+boundary+"\r\nContent-Transfer-Encoding: binary\r\nContent-Type: application/http\r\n\r\n"...)
		b = o.appendRequest(b, table)
		b = append(b, "\r\n"...)
	}
	return append(b, "--changeset_"+boundary+"--\r\n\r\n--batch_"+boundary+"--\r\n"...)
}

// appendRequest appends the operation as an HTTP request.
func (o Op) appendRequest(b []byte, table string) []byte {
	method := http.MethodPut
	switch o.kind {
	case aztables.TransactionTypeAdd:
		method = http.MethodPost
	case aztables.TransactionTypeUpdateMerge:
		method = http.MethodPatch
	case aztables.TransactionTypeDelete:
		method = http.MethodDelete
	}
	b = append(b, method+" "+table...)
	if o.kind != aztables.TransactionTypeAdd {
		b = append(b, "(PartitionKey='"+partition+"',RowKey='"+url.PathEscape(storedKey(o.key))+"')"...)
	}
	b = append(b, " HTTP/1.1\r\nAccept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\n"...)
	if o.etag != "" {
		b = append(b, "If-Match: "+o.etag+"\r\n"...)
	}
	if o.kind == aztables.TransactionTypeAdd {
		b = append(b, "Prefer: return-no-content\r\n"...)
	}
	if o.kind == aztables.TransactionTypeDelete {
		return append(b, "\r\n"...)
	}
	b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(o.body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, o.body...)
}
