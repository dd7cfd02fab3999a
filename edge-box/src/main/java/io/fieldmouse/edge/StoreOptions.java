package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoreInspection;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which store a command works on: the one of the configuration, or the one in a folder. */
final class StoreOptions {

    @Mixin
    private ConfigOptions configuration = new ConfigOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The folder of the store (default: data: of the configuration).")
    private @Nullable Path data;

    @Mixin
    private CommonOptions common = new CommonOptions();

    /** Says only what is wrong unless more is asked for: the command's output is its own words. */
    void beginLogging() {
        if (!common.isVerbose()) {
            Logging.errorsOnly();
        }
        common.beginLogging();
    }

    Path folder() throws ConfigException {
        if (data != null) {
            return data;
        }
        BrokerConfig broker = BoxConfig.read(
                        configuration.file(), BrokerPlace.HERE, PortCheck.none(), ListenCheck.none())
                .broker();
        return Path.of(broker.text(BrokerSetting.DATA));
    }

    /** Whatever durability the broker has: what a command says is done is on disk. */
    StoreConfig store() throws ConfigException {
        return new StoreConfig(folder(), Durability.FORCE);
    }

    /** Of a store that is there: to open it would make one. */
    StoreConfig existingStore() throws ConfigException, CommandFailure {
        StoreConfig store = store();
        try {
            if (!StoreInspection.isThere(store)) {
                throw new CommandFailure("there is no store in " + store.directory()
                        + ": name its folder with --data, or the configuration with --config");
            }
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        return store;
    }
}
