#!/bin/sh
# Makes the certificates of the tests anew, in this folder; needs openssl 3. They are valid for 100 years but for those
# that are meant to be expired. The keys protect nothing.
set -e
days=36500
rm -f *.pem *.key *.der *.txt

ca() { # name
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days $days -subj "/CN=$1" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

issue() { # name, subject, key algorithm and its options
  name=$1 subject=$2; shift 2
  openssl req -newkey "$@" -nodes -keyout "$name.key" -out request.txt -subj "$subject"
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > extensions.txt
  openssl x509 -req -in request.txt -CA ca.pem -CAkey ca.key -days "${validity:-$days}" -extfile extensions.txt -out "$name.pem"
}

ca ca
ca stranger-ca # shown by a client, as a certificate that nobody here has issued
issue server "/CN=localhost" ec -pkeyopt ec_paramgen_curve:P-256
issue server2 "/CN=localhost/O=second" rsa:2048
issue client "/O=plant/CN=pump-7" ec -pkeyopt ec_paramgen_curve:P-256
issue revoked "/CN=stolen" ec -pkeyopt ec_paramgen_curve:P-256
issue nameless "/O=plant" ec -pkeyopt ec_paramgen_curve:P-256
issue wild "/CN=a\/#" ec -pkeyopt ec_paramgen_curve:P-256
issue ed "/CN=localhost" ed25519
validity=-1 issue expired "/CN=late" ec -pkeyopt ec_paramgen_curve:P-256

# The forms in which openssl writes keys.
openssl rsa -in server2.key -traditional -out rsa-pkcs1.key
openssl ec -in server.key -out ec-sec1.key
openssl pkcs8 -topk8 -in server.key -passout pass:secret -out locked.key
openssl rsa -in server2.key -traditional -aes128 -passout pass:secret -out locked-pkcs1.key

: > index.txt
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ncrlnumber=number.txt\n' > config.txt
echo 01 > number.txt
openssl ca -config config.txt -keyfile ca.key -cert ca.pem -gencrl -crldays $days -out crl-none.pem
openssl ca -config config.txt -keyfile ca.key -cert ca.pem -revoke revoked.pem
openssl ca -config config.txt -keyfile ca.key -cert ca.pem -gencrl -crldays $days -out crl.pem
openssl crl -in crl.pem -outform DER -out crl.der
rm -f *.txt* ca.key
