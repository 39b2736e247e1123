package tabletest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
)

const root = "https://kantoorpost.table.core.windows.net/"

// ask sends one request and returns the status and the service's code.
func ask(t *testing.T, h http.RoundTripper, method, path, body string, header ...string) (status int, code string) {
	t.Helper()
	r := must.Get(http.NewRequestWithContext(t.Context(), method, root+path, strings.NewReader(body)))(t)
	r.Header.Set("Authorization", "SharedKeyLite kantoorpost:x")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res := must.Get(h.RoundTrip(r))(t)
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode == http.StatusAccepted {
		if _, line, ok := bytes.Cut(text, []byte("\nHTTP/1.1 ")); ok {
			fmt.Sscan(string(line), &res.StatusCode)
		}
	}
	if _, rest, ok := strings.Cut(string(text), `"code":"`); ok {
		code, _, _ = strings.Cut(rest, `"`)
	}
	return res.StatusCode, code
}

// The double refuses what Azure refuses, also where Microsoft's emulator does not.
func TestTheDoubleIsStrict(t *testing.T) {
	wire := tabletest.New().Transport()
	if status, _ := ask(t, wire, "POST", "Tables", `{"TableName":"mails"}`); status != http.StatusCreated {
		t.Fatal(status)
	}
	wide, heavy := "", ""
	for i := range 253 {
		wide += fmt.Sprintf(`,"p%d":1`, i)
	}
	for i := range 17 {
		heavy += fmt.Sprintf(`,"p%d":"%s"`, i, strings.Repeat("x", 32<<10))
	}
	for i, c := range []struct{ props, code string }{
		{`,"n":2147483647,"m":-2147483648,"f":1.5,"b":true,"s":"x","z":null`, ""},
		{`,"n":2147483648`, "InvalidInput"},
		{`,"n@odata.type":"Edm.Int64","n":5`, "InvalidInput"},
		{`,"n@odata.type":"Edm.Int64","n":"5.5"`, "InvalidInput"},
		{`,"n@odata.type":"Edm.Int64","n":"9223372036854775808"`, "InvalidInput"},
		{`,"n@odata.type":"Edm.DateTime","n":"yesterday"`, "InvalidInput"},
		{`,"n@odata.type":"Edm.DateTime","n":"0001-01-01T00:00:00Z"`, "InvalidInput"},
		{`,"n@odata.type":"Edm.Guid","n":"x"`, "InvalidInput"},
		{`,"n@odata.type":"Edm.Guid","n":"c9da6455-213d-42c9-9a79-3e9149a57833"`, ""},
		{`,"n@odata.type":"Edm.Binary","n":"%%"`, "InvalidInput"},
		{`,"n@odata.type":"Edm.Point","n":"x"`, "InvalidInput"},
		{`,"n":{"a":1}`, "InvalidInput"},
		{`,"n":[1.5]`, "InvalidInput"},
		{`,"a-b":1`, "PropertyNameInvalid"},
		{`,"` + strings.Repeat("n", 256) + `":1`, "PropertyNameTooLong"},
		{`,"s":"` + strings.Repeat("x", 32<<10+1) + `"`, "PropertyValueTooLarge"},
		{`,"s@odata.type":"Edm.Binary","s":"` + strings.Repeat("AAAA", 22<<10) + `"`, "PropertyValueTooLarge"},
		{wide, "TooManyProperties"},
		{heavy, "EntityTooLarge"},
	} {
		status, code := ask(t, wire, "POST", "mails", `{"PartitionKey":"p","RowKey":"`+fmt.Sprint("row", i)+`"`+c.props+`}`)
		if code != c.code || (status == http.StatusCreated) != (c.code == "") {
			t.Errorf("%.60s: %d %s, want %q", c.props, status, code, c.code)
		}
	}
	for _, c := range []struct {
		method, path, body, code string
	}{
		{"POST", "mails", `{"RowKey":"r"}`, "PropertiesNeedValue"},
		{"POST", "mails", `{"PartitionKey":"p","RowKey":"a/b"}`, "OutOfRangeInput"},
		{"POST", "mails", `{"PartitionKey":"p","RowKey":"` + strings.Repeat("k", 513) + `"}`, "KeyValueTooLarge"},
		{"POST", "mails", `not json`, "InvalidInput"},
		{"POST", "others", `{"PartitionKey":"p","RowKey":"r"}`, "TableNotFound"},
		{"PUT", "mails(PartitionKey='p',RowKey='r')", `{"RowKey":"s"}`, "InvalidInput"},
		{"DELETE", "mails(PartitionKey='p',RowKey='r')", ``, "MissingRequiredHeader"},
		{"GET", "mails(PartitionKey='p',RowKey='none')", ``, "ResourceNotFound"},
		{"GET", "mails()?$top=1001&$filter=" + url.QueryEscape("PartitionKey eq 'p'"), ``, "InvalidInput"},
		{"GET", "mails()?$filter=" + url.QueryEscape("subject eq 'p'"), ``, "NotImplemented"},
		{"GET", "mails()?$filter=" + url.QueryEscape("PartitionKey eq 'p' or RowKey eq 'x'"), ``, "NotImplemented"},
		{"GET", "mails()", ``, "NotImplemented"},
		{"GET", "mails()?$orderby=a&$filter=" + url.QueryEscape("PartitionKey eq 'p'"), ``, "NotImplemented"},
		{"GET", "mails()?NextPartitionKey=p&NextRowKey=x&$filter=" + url.QueryEscape("PartitionKey eq 'p'"), ``, "InvalidInput"},
		{"POST", "Tables", `{"TableName":"my-table"}`, "InvalidResourceName"},
		{"POST", "Tables", `{"TableName":"mails"}`, "TableAlreadyExists"},
		{"DELETE", "Tables('none')", ``, "ResourceNotFound"},
		{"GET", "?comp=stats", ``, "NotImplemented"},
	} {
		if status, code := ask(t, wire, c.method, c.path, c.body); code != c.code {
			t.Errorf("%s %s: %d %s, want %s", c.method, c.path, status, code, c.code)
		}
	}
	if status, _ := ask(t, wire, "GET", "mails(PartitionKey='p',RowKey='none')", "", "Authorization", ""); status != http.StatusForbidden {
		t.Errorf("without a signature: %d", status)
	}
}

func changeset(requests ...string) string {
	var b strings.Builder
	b.WriteString("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n")
	for _, r := range requests {
		b.WriteString("--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n" + r + "\r\n")
	}
	b.WriteString("--c--\r\n--b--\r\n")
	return b.String()
}

func insert(partition, key string) string {
	body := fmt.Sprintf(`{"PartitionKey":%q,"RowKey":%q}`, partition, key)
	return fmt.Sprintf("POST %smails HTTP/1.1\r\nContent-Type: application/json\r\nPrefer: return-no-content\r\nContent-Length: %d\r\n\r\n%s",
		root, len(body), body)
}

// A transaction that Azure refuses is refused as a whole.
func TestTransactionsAreStrict(t *testing.T) {
	var many []string
	for i := range 101 {
		many = append(many, insert("p", fmt.Sprint("m", i)))
	}
	for _, c := range []struct {
		name, body, code string
		status           int
	}{
		{"two partitions", changeset(insert("p", "1"), insert("q", "2")), "CommandsInBatchActOnDifferentPartitions", 400},
		{"one row twice", changeset(insert("p", "1"), insert("p", "1")), "InvalidDuplicateRow", 400},
		{"a row that is there", changeset(insert("p", "1"), insert("p", "there")), "EntityAlreadyExists", 409},
		{"101 operations", changeset(many...), "InvalidInput", 400},
		{"4 MiB", changeset(insert("p", "1")) + strings.Repeat(" ", 4<<20), "RequestBodyTooLarge", 413},
		{"no changeset", "--b--\r\n", "InvalidInput", 400},
		{"no multipart", "x", "InvalidInput", 400},
		{"nonsense in a part", changeset("hello"), "InvalidInput", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			wire := tabletest.New().Transport()
			ask(t, wire, "POST", "Tables", `{"TableName":"mails"}`)
			ask(t, wire, "POST", "mails", `{"PartitionKey":"p","RowKey":"there"}`)
			status, code := ask(t, wire, "POST", "$batch", c.body, "Content-Type", "multipart/mixed; boundary=b")
			if status != c.status || code != c.code {
				t.Errorf("got %d %s, want %d %s", status, code, c.status, c.code)
			}
			if status, _ := ask(t, wire, "GET", "mails(PartitionKey='p',RowKey='1')", ""); status != http.StatusNotFound {
				t.Errorf("the first row: %d", status)
			}
		})
	}
}

// The server also serves an account whose name is in the path, as emulators do.
func TestTheAccountMayBeInThePath(t *testing.T) {
	wire := tabletest.New().Transport()
	if status, code := ask(t, wire, "POST", "devstoreaccount1/Tables", `{"TableName":"mails"}`); status != http.StatusCreated {
		t.Errorf("got %d %s", status, code)
	}
}
