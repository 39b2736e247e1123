package azurite_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"kantoorpost/shared/dev/azurite"
	"kantoorpost/shared/dev/npm"
	"kantoorpost/shared/must"
)

// The three services answer; a stopped Azurite is gone and frees its ports.
func TestStartAndStop(t *testing.T) {
	folder := must.Get(npm.CacheFolder())(t)
	installed, err := azurite.Install(t.Context(), folder, func(string) {})
	if errors.Is(err, npm.ErrNoNode) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	a := must.Get(azurite.Start(t.Context(), installed, azurite.Options{Dir: t.TempDir()}))(t)
	for _, url := range []string{a.QueueURL(), a.TableURL(), a.BlobURL()} {
		res, err := http.Get(url + "?comp=list")
		if err != nil {
			t.Error(err)
			continue
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if !strings.HasPrefix(res.Header.Get("Server"), "Azurite") {
			t.Errorf("%s is answered by %q", url, res.Header.Get("Server"))
		}
		if !strings.Contains(a.ConnectionString(), url+";") {
			t.Errorf("the connection string lacks %s", url)
		}
	}
	a.Stop()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", a.Queue))
	if err != nil {
		t.Fatalf("the queue's port is still taken: %v", err)
	}
	defer l.Close()

	_, err = azurite.Start(context.Background(), installed, azurite.Options{Queue: l.Addr().(*net.TCPAddr).Port})
	if err == nil {
		t.Error("starting on a port that is taken succeeds")
	}
}
