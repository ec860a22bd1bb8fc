# One image for every role. CPU by default; --build-arg TORCH_BACKEND=cuda for GPUs.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TORCH_BACKEND=cpu
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY build build
COPY src src
RUN dotnet build src/R2ec.Distributed.Node -c Release -nologo -v quiet -p:TorchBackend=$TORCH_BACKEND -p:RunAnalyzers=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /source/src/R2ec.Distributed.Node/bin/Release/net10.0 /app
COPY cluster-config /etc/r2ec/config
# New volumes take the owner of the folder that they cover.
RUN mkdir -p /etc/r2ec/ca /etc/r2ec/secrets /etc/r2ec/tls /var/lib/r2ec/node /var/lib/r2ec/data /var/lib/r2ec/models \
 && chown -R app:app /etc/r2ec/ca /etc/r2ec/secrets /etc/r2ec/tls /var/lib/r2ec
# Part of what fixes the bits: the launcher sets the same.
ENV PATH=/app:$PATH MKL_CBWR=AVX2,STRICT OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE DOTNET_TieredPGO=0
USER app
WORKDIR /var/lib/r2ec
ENV R2EC_CONFIG=/etc/r2ec/config/rollout.yaml
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --retries=3 CMD r2ec node health --config "$R2EC_CONFIG"
ENTRYPOINT ["/etc/r2ec/config/docker/entrypoint.sh"]
CMD ["node", "--config", "/etc/r2ec/config/rollout.yaml"]
